-- name: watermark
select value from ops.watermark where dataset = %(dataset)s

-- name: move_watermark
-- Only from where the load began: another may have moved it meanwhile.
insert into ops.watermark as w (dataset, run, value) values (%(dataset)s, %(run)s, %(value)s)
on conflict (dataset) do update set run = excluded.run, value = excluded.value
where w.value is not distinct from %(before)s::text
returning value

-- name: note_window
insert into ops.loaded_window (run, dataset, first_day, last_day) values (%(run)s, %(dataset)s, %(first)s, %(last)s)

-- name: loaded_windows
select distinct first_day, last_day from ops.loaded_window where dataset = %(dataset)s

-- name: fetched
select address, etag, modified, sha256 from ops.fetched where dataset = %(dataset)s

-- name: note_fetched
insert into ops.fetched (dataset, address, etag, modified, sha256, run)
values (%(dataset)s, %(address)s, %(etag)s, %(modified)s, %(sha256)s, %(run)s)
on conflict (dataset, address) do update
set etag = excluded.etag, modified = excluded.modified, sha256 = excluded.sha256, run = excluded.run

-- name: holder
-- The process of the database that holds the dataset of a run, if the run still has it.
select backend from ops.run where id = %(run)s and status = 'running' and backend = ops.owner(dataset)

-- name: run
select d.id as dataset, r.first_day, r.last_day, r.status, r.options, r.files
from ops.run r join catalog.dataset d on d.number = r.dataset where r.id = %(run)s

-- name: stuck
-- Jobs under way for longer than any load may take: the database was away when their worker, which is alive, would have
-- said that they ended.
select j.id, d.id as dataset
from hexwatch_jobs.procrastinate_jobs j
join catalog.dataset d on d.id = j.args ->> 'dataset'
join ops.schedule s on s.dataset = d.number
where j.status = 'doing' and (
  select max(e.at) from hexwatch_jobs.procrastinate_events e where e.job_id = j.id and e.type = 'started'
) < now() - s.deadline - %(grace)s * interval '1 second'

-- name: stale
-- Layers that are stale and of which nobody was told; telling is noted by the same statement, once.
update ops.schedule s set told_stale_at = clock_timestamp()
from catalog.dataset d
where d.number = s.dataset and s.told_stale_at is null and s.stale_after is not null and not exists (
  select from ops.run r
  where r.dataset = s.dataset and r.status in ('published', 'unchanged') and r.finished_at > clock_timestamp() - s.stale_after
)
returning d.id, (select max(finished_at) from ops.run r where r.dataset = s.dataset and r.status in ('published', 'unchanged'))

-- name: fresh_again
update ops.schedule s set told_stale_at = null
where s.told_stale_at is not null and exists (
  select from ops.run r
  where r.dataset = s.dataset and r.status in ('published', 'unchanged') and r.finished_at > clock_timestamp() - s.stale_after
)
