-- name: dataset_number
select number from catalog.dataset where id = %(id)s

-- name: try_lock
select pg_try_advisory_lock(hashtext('hexwatch load'), %(dataset)s)

-- name: unlock
select pg_advisory_unlock(hashtext('hexwatch load'), %(dataset)s)

-- name: start
-- A run that still says `running` without its lock was killed; the one that finds it says so.
with dead as (
  update ops.run set status = 'failed', finished_at = clock_timestamp(), error = 'ended without a word'
  where dataset = %(dataset)s and status = 'running'
),
started as (
  insert into ops.run (dataset, files, options, code_version)
  values (%(dataset)s, %(files)s, %(options)s, %(version)s)
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
select r.id, d.id as dataset, r.status, r.started_at, r.finished_at, r.rows_in, r.rows_loaded, r.rows_quarantined,
  r.events_opened, r.events_closed, r.code_version, r.files, r.error,
  (select jsonb_object_agg(s.name, round(s.seconds::numeric, 3)) from ops.step s where s.run = r.id) as seconds
from ops.run r join catalog.dataset d on d.number = r.dataset
where %(dataset)s::text is null or d.id = %(dataset)s
order by r.id desc limit %(limit)s

-- name: quarantine
select q.run, d.id as dataset, q.file, q.line, q.rule, q.reason, q.content
from raw.quarantine q join catalog.dataset d on d.number = q.dataset
where %(dataset)s::text is null or d.id = %(dataset)s
order by q.id desc limit %(limit)s
