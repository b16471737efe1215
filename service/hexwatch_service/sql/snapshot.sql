-- name: database
-- Which database this is, among all there ever were: a copy under another name is another one.
select format('%s-%s', s.system_identifier, d.oid) as identity
from pg_control_system() s, pg_database d where d.datname = current_database()

-- name: newest
select number from catalog.release where layer = %(layer)s order by number desc limit 1

-- name: measures
select name, scale, position from catalog.measure where dataset = %(dataset)s order by position

-- name: facts
-- Of precise facts only those at the base resolution: the coarser ones are their sums.
copy (
  select place, day_from, day_to, category, measure, amount
  from hex.fact
  where dataset = %(dataset)s and placement = %(placement)s and resolution = %(resolution)s
) to stdout (format binary)

-- name: shares
select c.resolution, c.support, array_send(c.cells) as cells, array_send(c.weights) as weights
from hex.support_cells c
where c.resolution <= %(base)s
  and c.support in (select place from hex.fact where dataset = %(dataset)s and placement = 's')
order by c.resolution, c.support
