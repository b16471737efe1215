-- name: database
-- Which database this is, among all there ever were: a copy under another name is another one.
select s.system_identifier || '-' || d.oid as identity
from pg_control_system() s, pg_database d where d.datname = current_database()

-- name: one_moment
set transaction isolation level repeatable read read only

-- name: newest
select max(number) from catalog.release where layer = {layer}

-- name: measures
select name, scale, position from catalog.measure where dataset = {dataset} order by position

-- name: facts
-- Of precise facts only those at the base resolution: the coarser ones are their sums.
select place, day_from, day_to, category, measure, amount
from hex.fact
where dataset = {dataset} and placement = {placement} and resolution = {resolution}

-- name: presence
select place, day, category, track
from hex.presence
where dataset = {dataset} and resolution = {resolution}

-- name: shares
select c.support, c.cells, c.weights
from hex.support_cells c
where c.resolution = {resolution}
  and c.support in (select place from hex.fact where dataset = {dataset} and placement = 's')
order by c.support
