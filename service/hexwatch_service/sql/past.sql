-- name: release
-- The release of a number, or the newest one at a moment, and by dataset the run whose beliefs it has.
select r.number as release, r.published_at, r.data_from, r.data_through, r.bounds, r.digest, (
    select jsonb_agg(jsonb_build_object('dataset', d.number, 'run', hex.belief(r.layer, r.number, d.number),
      'kind', d.kind, 'remembers_from', d.remembers_from))
    from (select distinct dataset from catalog.layer_dataset where layer = r.layer) ld
    join catalog.dataset d on d.number = ld.dataset
  ) as beliefs
from catalog.release r
where r.layer = %(layer)s
  and (r.number = %(number)s::integer or %(number)s::integer is null and r.published_at <= %(moment)s::timestamptz)
order by r.number desc limit 1

-- name: events
-- Single reports that one run believed and another did not; of readable records only.
with before as (
  select * from records.event where dataset = %(dataset)s and run_from <= %(earlier)s and (run_to is null or run_to > %(earlier)s)
),
after as (
  select * from records.event where dataset = %(dataset)s and run_from <= %(later)s and (run_to is null or run_to > %(later)s)
)
select case when b.key is null then 'added' when a.key is null then 'removed' else 'revised' end as change,
  coalesce(a.key, b.key) as key, coalesce(a.day, b.day) as day, b.h3 as h3_before, a.h3 as h3_after
from before b full join after a on a.key = b.key
where a.run_from is distinct from b.run_from
order by 2 limit %(limit)s

-- name: tracks
with before as (
  select * from records.track where dataset = %(dataset)s and run_from <= %(earlier)s and (run_to is null or run_to > %(earlier)s)
),
after as (
  select * from records.track where dataset = %(dataset)s and run_from <= %(later)s and (run_to is null or run_to > %(later)s)
)
select case when b.key is null then 'added' when a.key is null then 'removed' else 'revised' end as change,
  coalesce(a.key, b.key) as key, coalesce(a.day, b.day) as day
from before b full join after a on a.key = b.key and a.day = b.day
where a.run_from is distinct from b.run_from
order by 2, 3 limit %(limit)s

-- name: cells
-- By cell and measure, what the later belief has more than the earlier one; exactly placed facts only, and none that reach
-- into days that are held back from who asks.
with change as (
  select place, measure, amount from hex.fact_as_of(%(dataset)s, %(later)s, %(resolution)s)
  where placement = 'p' and (%(until)s::date is null or day_to <= %(until)s::date)
  union all
  select place, measure, -amount from hex.fact_as_of(%(dataset)s, %(earlier)s, %(resolution)s)
  where placement = 'p' and (%(until)s::date is null or day_to <= %(until)s::date)
)
select hex.cell_to_text(c.place) as h3, m.name as measure, sum(c.amount)::double precision / m.scale as change
from change c join catalog.measure m on m.dataset = %(dataset)s and m.position = c.measure
group by c.place, m.name, m.scale
having sum(c.amount) <> 0
order by c.place, m.name limit %(limit)s
