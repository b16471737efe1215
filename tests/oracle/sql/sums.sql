-- name: on_cells
-- Mass per cell and measure in a window: what is precise, and the share of what is spread.
with mass as (
  select f.placement, f.place, f.measure,
    sum(f.amount * hex.share_of_days(f.day_from, f.day_to, %(first)s, %(last)s)) as mass
  from hex.fact f
  where f.dataset = %(dataset)s
    and (f.placement = 'p' and f.resolution = %(resolution)s or f.placement = 's')
    and f.day_from <= %(last)s
    and f.day_to >= %(first)s
    and (%(categories)s::smallint[] is null or f.category = any(%(categories)s))
  group by f.placement, f.place, f.measure
),
share as (
  select place as cell, measure, mass as precise, 0::double precision as spread
  from mass where placement = 'p'
  union all
  select u.cell, m.measure, 0, m.mass * u.weight / 1e9
  from mass m
  join hex.support_cells c on c.support = m.place and c.resolution = %(resolution)s
  cross join lateral unnest(c.cells, c.weights) as u (cell, weight)
  where m.placement = 's'
)
select s.cell, m.name, sum(s.precise) / m.scale as precise, sum(s.spread) / m.scale as spread
from share s join catalog.measure m on m.dataset = %(dataset)s and m.position = s.measure
group by s.cell, m.name, m.scale
order by s.cell

-- name: unplaced
-- Mass per measure that is on no cell, because it is known to the country only.
select m.name, coalesce(sum(f.amount * hex.share_of_days(f.day_from, f.day_to, %(first)s, %(last)s)), 0) / m.scale as amount
from catalog.measure m
left join hex.fact f on f.dataset = m.dataset and f.measure = m.position and f.placement = 'u'
  and f.day_from <= %(last)s and f.day_to >= %(first)s
  and (%(categories)s::smallint[] is null or f.category = any(%(categories)s))
where m.dataset = %(dataset)s
group by m.position, m.name, m.scale
order by m.position
