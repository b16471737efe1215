-- name: freshness
select l.id as layer, d.id as dataset, r.number as release, r.published_at, r.data_through, c.checked_at, s.stale_after,
  coalesce(c.checked_at < now() - s.stale_after, false) as stale
from catalog.layer l
join catalog.layer_dataset ld on ld.layer = l.id and ld.role = 'shown'
join catalog.dataset d on d.number = ld.dataset
join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
left join ops.schedule s on s.dataset = d.number
left join lateral (
  select max(o.finished_at) as checked_at from ops.run o where o.dataset = d.number and o.status in ('published', 'unchanged')
) c on true
order by l.id

-- name: release
-- The release of a number, or else the one that was there at a moment.
select r.number, r.published_at, d.number as dataset, d.id as dataset_id, d.kind, d.base_resolution, d.remembers_from,
  hex.belief(r.layer, r.number, d.number) as run
from catalog.release r
join catalog.layer_dataset ld on ld.layer = r.layer and ld.role = 'shown'
join catalog.dataset d on d.number = ld.dataset
where r.layer = %(layer)s and (r.number = %(number)s or %(number)s::integer is null and r.published_at <= %(moment)s::timestamptz)
order by r.number desc limit 1

-- name: changed_reports
-- What one run believed and another did not, by key; null where there was nothing.
with before as (
  select * from raw.event where dataset = %(dataset)s and run_from <= %(earlier)s and (run_to is null or run_to > %(earlier)s)
),
after as (
  select * from raw.event where dataset = %(dataset)s and run_from <= %(later)s and (run_to is null or run_to > %(later)s)
),
change as (
select case when b.id is null then 'added' when a.id is null then 'removed' else 'revised' end as change,
  coalesce(a.key, b.key) as key, b.revision as revision_before, a.revision as revision_after,
  b.day_from as day_before, a.day_from as day_after, hex.cell_to_text(b.cell) as h3_before, hex.cell_to_text(a.cell) as h3_after
from before b full join after a on a.key = b.key
where a.id is distinct from b.id
)
select *, (select jsonb_object_agg(kind, n) from (select change as kind, count(*) as n from change group by change) all_of_it) as counts
from change order by key limit %(limit)s

-- name: changed_tracks
with before as (
  select * from raw.track where dataset = %(dataset)s and run_from <= %(earlier)s and (run_to is null or run_to > %(earlier)s)
),
after as (
  select * from raw.track where dataset = %(dataset)s and run_from <= %(later)s and (run_to is null or run_to > %(later)s)
),
change as (
select case when b.id is null then 'added' when a.id is null then 'removed' else 'revised' end as change,
  coalesce(a.key, b.key) as key, coalesce(a.day, b.day) as day, b.pings as pings_before, a.pings as pings_after
from before b full join after a on a.key = b.key and a.day = b.day
where a.id is distinct from b.id
)
select *, (select jsonb_object_agg(kind, n) from (select change as kind, count(*) as n from change group by change) all_of_it) as counts
from change order by key, day limit %(limit)s

-- name: changed_cells
-- By cell and measure, what the later belief has more than the earlier one, exactly placed facts only.
with change as (
  select place, measure, amount from hex.fact_as_of(%(dataset)s, %(later)s, %(resolution)s) where placement = 'p'
  union all
  select place, measure, -amount from hex.fact_as_of(%(dataset)s, %(earlier)s, %(resolution)s) where placement = 'p'
)
select hex.cell_to_text(c.place) as h3, m.name as measure, sum(c.amount)::double precision / m.scale as change
from change c join catalog.measure m on m.dataset = %(dataset)s and m.position = c.measure
group by c.place, m.name, m.scale
having sum(c.amount) <> 0
order by c.place, m.name limit %(limit)s
