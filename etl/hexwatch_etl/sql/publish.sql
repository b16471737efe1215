-- name: layers
select layer from catalog.layer_dataset where dataset = %(dataset)s order by layer

-- name: extent
select min(day_from), max(day_to) from hex.fact where dataset = %(dataset)s

-- name: drawn_cells
select place from hex.fact where dataset = %(dataset)s and placement = 'p' and resolution = %(resolution)s
union
select unnest(c.cells) from hex.support_cells c
where c.resolution = %(resolution)s
  and c.support in (select place from hex.fact where dataset = %(dataset)s and placement = 's')

-- name: release
insert into catalog.release (layer, number, run, data_from, data_through, bounds, digest)
select %(layer)s, coalesce(max(number), 0) + 1, %(run)s, %(data_from)s, %(data_through)s, %(bounds)s, hex.digest(%(dataset)s)
from catalog.release where layer = %(layer)s
returning number, digest

-- name: notify
select pg_notify('hexwatch_release', json_build_object('layer', %(layer)s::text, 'release', %(release)s::integer)::text)
