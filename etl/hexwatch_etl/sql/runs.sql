-- name: dataset_number
select number from catalog.dataset where id = %(id)s

-- name: try_lock
select pg_try_advisory_lock(hashtext('hexwatch load'), %(dataset)s)

-- name: unlock
select pg_advisory_unlock(hashtext('hexwatch load'), %(dataset)s)

-- name: hold
insert into ops.hold (dataset, backend, deadline) values (%(dataset)s, pg_backend_pid(), clock_timestamp() + %(deadline)s::interval)
on conflict (dataset) do update set backend = excluded.backend, since = excluded.since, deadline = excluded.deadline

-- name: overdue
select d.id, h.backend from ops.hold h join catalog.dataset d on d.number = h.dataset
where h.deadline < clock_timestamp() and (%(dataset)s::integer is null or h.dataset = %(dataset)s)
  and ops.owner(h.dataset) = h.backend
order by d.id

-- name: end_backend
select pg_terminate_backend(%(backend)s, 10000)

-- name: ended
-- It may have died between its publish and its last word.
update ops.run r set finished_at = clock_timestamp(),
  status = case when exists (select from catalog.release where run = r.id) then 'published' else 'failed' end, error = %(error)s
where backend = %(backend)s and status = 'running'

-- name: start
-- A run that still says `running` without its lock was killed, before it published or after; the one that finds it says so.
with dead as (
  update ops.run r set finished_at = clock_timestamp(),
    status = case when exists (select from catalog.release where run = r.id) then 'published' else 'failed' end,
    error = 'ended without a word'
  where dataset = %(dataset)s and status = 'running'
),
started as (
  insert into ops.run (dataset, files, options, code_version, backend, deadline, first_day, last_day)
  values (%(dataset)s, %(files)s, %(options)s, %(version)s, pg_backend_pid(),
    clock_timestamp() + %(deadline)s::interval, %(first)s::date, %(last)s::date)
  returning id
),
fenced as (
  update catalog.dataset set fence = started.id from started where number = %(dataset)s
)
select id from started

-- name: step
insert into ops.step (run, name, seconds) values (%(run)s, %(name)s, %(seconds)s)
on conflict (run, name) do update set seconds = step.seconds + excluded.seconds, finished_at = clock_timestamp()

-- name: fence
select fence from catalog.dataset where number = %(dataset)s for update

-- name: finish
update ops.run set status = %(status)s, finished_at = clock_timestamp(), rows_in = %(rows_in)s, rows_loaded = %(rows_loaded)s,
  rows_quarantined = %(rows_quarantined)s, events_opened = %(events_opened)s, events_closed = %(events_closed)s, error = %(error)s
where id = %(run)s

-- name: copy_quarantine
copy raw.quarantine (dataset, run, file, line, rule, reason, content) from stdin (format binary)

-- name: copy_remarks
copy raw.remark (run, file, line, rule, reason) from stdin (format binary)

-- name: list
select r.id, d.id as dataset, case when r.status = 'running' and not ops.is_owned(d.number) then 'died' else r.status end as status,
  r.started_at, r.finished_at, r.first_day, r.last_day, r.rows_in, r.rows_loaded, r.rows_quarantined, r.events_opened,
  r.events_closed, r.code_version, r.files, r.options, r.deadline, r.error,
  (select jsonb_object_agg(s.name, round(s.seconds::numeric, 3)) from ops.step s where s.run = r.id) as seconds,
  (select jsonb_object_agg(p.layer, p.number) from catalog.release p where p.run = r.id) as releases
from ops.run r join catalog.dataset d on d.number = r.dataset
where (%(dataset)s::text is null or d.id = %(dataset)s) and (%(run)s::bigint is null or r.id = %(run)s)
order by r.id desc limit %(limit)s

-- name: quarantined_rules
select rule, count(*) as rows, count(replayed_by) as replayed from raw.quarantine where run = %(run)s group by rule order by rule

-- name: remarked_rules
select rule, count(*) as rows from raw.remark where run = %(run)s group by rule order by rule

-- name: quarantine
-- Rows that were refused and not tried again since.
select q.id, q.run, d.id as dataset, q.file, q.line, q.rule, q.reason, q.content
from raw.quarantine q join catalog.dataset d on d.number = q.dataset
where (%(dataset)s::text is null or d.id = %(dataset)s) and (%(run)s::bigint is null or q.run = %(run)s)
  and (%(rule)s::text is null or q.rule = %(rule)s) and q.replayed_by is null
order by q.id desc limit %(limit)s

-- name: replayed
update raw.quarantine set replayed_by = %(run)s where id = any(%(ids)s::bigint[])
