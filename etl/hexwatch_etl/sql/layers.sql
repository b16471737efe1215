-- name: taken
select exists (select from catalog.dataset where id = %(layer)s)

-- name: measures
select name from catalog.measure where dataset = %(dataset)s order by position

-- name: layer
insert into catalog.layer (id, title, indicators)
select %(layer)s, coalesce(%(title)s, title), %(indicators)s from catalog.dataset where number = %(shown)s
on conflict (id) do update set title = excluded.title, indicators = excluded.indicators

-- name: forget
delete from catalog.layer_dataset where layer = %(layer)s

-- name: forget_required
delete from hex.required where layer = %(layer)s

-- name: add
insert into catalog.layer_dataset (layer, dataset, role, categories)
values (%(layer)s, %(dataset)s, %(role)s, %(categories)s)

-- name: require
insert into hex.required (layer, areas, keys, cells) values (%(layer)s, %(areas)s, %(keys)s, %(cells)s)

-- name: areas
select key, st_asbinary(geom) from catalog.area
where dataset = %(dataset)s and run_to is null and (%(keys)s::text[] is null or key = any(%(keys)s::text[]))
order by key

-- name: categories
select id from catalog.category where dataset = %(dataset)s
