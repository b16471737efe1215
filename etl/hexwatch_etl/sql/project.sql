-- name: datasets
select d.id, d.kind, d.title, d.attribution, d.licence, d.citation, d.base_resolution, d.areas_id, d.quarantine_threshold,
  d.audience, nullif(d.synthetic, false) as synthetic, s.cron, s.step_days, s.lag_days, s.deadline, s.stale_after
from catalog.dataset d left join ops.schedule s on s.dataset = d.number
order by d.id

-- name: layers
select layer, declared from ops.declared_layer

-- name: note_layer
insert into ops.declared_layer (layer, declared) values (%(layer)s, %(declared)s)
on conflict (layer) do update set declared = excluded.declared

-- name: is_loaded
select exists (select from catalog.release where layer = %(dataset)s)

-- name: audience
-- Of the dataset alone: its layers follow it, or an approval of theirs.
update catalog.dataset set audience = %(audience)s where number = %(dataset)s

-- name: unschedule
delete from ops.schedule where dataset = %(dataset)s

-- name: schedule
insert into ops.schedule (dataset, cron, step_days, lag_days, deadline, stale_after, declared)
values (%(dataset)s, %(cron)s, %(step_days)s, %(lag_days)s, %(deadline)s, %(stale_after)s, %(declared)s)
on conflict (dataset) do update set cron = excluded.cron, step_days = excluded.step_days, lag_days = excluded.lag_days,
  deadline = excluded.deadline, stale_after = excluded.stale_after, declared = excluded.declared
