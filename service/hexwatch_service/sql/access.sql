-- name: keys
select id, name, hash, clearance, layers, expires_at from catalog.api_key
where revoked_at is null and expires_at > clock_timestamp()

-- name: layers
select layer, audience, clearance, finest_resolution, delay_days from catalog.layer_reader

-- name: records
select id, audience, clearance from catalog.records_reader

-- name: note
select audit.note(%(actor)s, %(action)s, %(subject)s, %(detail)s)
