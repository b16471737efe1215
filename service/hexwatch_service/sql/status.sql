-- name: runs
select * from status.run order by id desc limit 30

-- name: steps
-- Of the newest run of each dataset that came to an end.
select s.dataset, s.source, s.name, s.seconds
from status.step s
where s.run in (select max(id) from status.run where status in ('published', 'unchanged') group by dataset)
order by s.dataset, s.name

-- name: outcomes
select dataset, source, status, count(*) as runs, coalesce(sum(rows_loaded), 0)::bigint as loaded,
  coalesce(sum(rows_quarantined), 0)::bigint as quarantined, max(extract(epoch from finished_at))::double precision as finished
from status.run group by dataset, source, status order by dataset, status

-- name: quarantine
select * from status.quarantine order by dataset, rule

-- name: schedule
select dataset, cron, step_days, lag_days, extract(epoch from deadline)::double precision as deadline,
  extract(epoch from stale_after)::double precision as stale_after,
  -- Of sources that are asked by time of change the mark is in seconds.
  case when loaded_through ~ '^[0-9]{9,11}( |$)'
    then to_char(to_timestamp(split_part(loaded_through, ' ', 1)::bigint) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
    else loaded_through end as loaded_through
from status.schedule order by dataset

-- name: freshness
select * from status.freshness order by layer
