-- name: actor
select set_config('hexwatch.actor', %(actor)s, false)

-- name: what
-- A dataset's own layer has its name: who names it means the dataset.
select d.number, l.id from (select %(name)s::text as name) n
left join catalog.dataset d on d.id = n.name left join catalog.layer l on l.id = n.name

-- name: classify_dataset
update catalog.dataset set audience = %(audience)s, records_audience = coalesce(%(records)s, records_audience) where number = %(dataset)s

-- name: classify_layer
update catalog.layer set audience = %(audience)s where id = %(layer)s

-- name: forget_limits
delete from catalog.audience_limit where dataset = %(dataset)s

-- name: limit
insert into catalog.audience_limit (dataset, audience, finest_resolution, delay_days)
values (%(dataset)s, %(audience)s, %(finest)s, %(delay)s)

-- name: withdraw
update catalog.approval set withdrawn_at = clock_timestamp() where layer = %(layer)s and withdrawn_at is null

-- name: approve
insert into catalog.approval (layer, audience, inputs, datasets, approved_by, reason)
select la.layer, %(audience)s, a.name, array(select i.dataset from catalog.layer_input i where i.layer = la.layer order by 1),
  %(by)s, %(reason)s
from catalog.layer_audience la join catalog.audience a on a.rank = la.inputs where la.layer = %(layer)s
returning inputs

-- name: served_to
select l.id, a.name from catalog.layer l
left join catalog.layer_audience la on la.layer = l.id left join catalog.audience a on a.rank = la.rank
where l.id = %(name)s or exists (select from catalog.layer_input i join catalog.dataset d on d.number = i.dataset
  where i.layer = l.id and d.id = %(name)s)
order by l.id

-- name: add_key
insert into catalog.api_key (id, name, hash, clearance, layers, expires_at)
values (%(id)s, %(name)s, %(hash)s, %(clearance)s, %(layers)s, clock_timestamp() + make_interval(days => %(days)s))
on conflict (name) do nothing
returning expires_at

-- name: keys
select name, id, clearance, layers, created_at, expires_at, revoked_at, expires_at > clock_timestamp() and revoked_at is null as works
from catalog.api_key order by created_at

-- name: revoke_key
update catalog.api_key set revoked_at = clock_timestamp() where name = %(name)s and revoked_at is null

-- name: unknown_layers
select name from unnest(%(names)s::text[]) as n (name)
where not exists (select from catalog.layer l where l.id = n.name) and not exists (select from catalog.dataset d where d.id = n.name)

-- name: note
select audit.note(%(actor)s, %(action)s, %(subject)s, %(detail)s)

-- name: broken
select id from audit.broken()

-- name: head
select id, encode(hash, 'hex') from audit.entry order by id desc limit 1

-- name: holds
select exists (select from audit.entry where encode(hash, 'hex') = %(hash)s)

-- name: entries
select id, at, actor, action, subject, detail from audit.entry
where %(subject)s::text is null or subject = %(subject)s order by id desc limit %(limit)s
