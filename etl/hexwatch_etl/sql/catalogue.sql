-- name: source
insert into catalog.source (id, title, kind) values (%(id)s, %(title)s, %(kind)s)
on conflict (id) do update set title = excluded.title, kind = excluded.kind

-- name: add_dataset
insert into catalog.dataset (id, kind, source_id, title, audience) values (%(id)s, %(kind)s, %(source)s, %(id)s, %(audience)s)
on conflict do nothing
returning number

-- name: dataset
select number, kind, base_resolution, areas_id, quarantine_threshold, source_id from catalog.dataset where id = %(id)s

-- name: audience
select audience from catalog.dataset where id = %(id)s

-- name: classify
update catalog.dataset set audience = %(audience)s where id = %(id)s

-- name: has_facts
select exists (select from hex.fact where dataset = %(dataset)s)

-- name: describe
update catalog.dataset set
  title = coalesce(%(title)s, title),
  attribution = coalesce(%(attribution)s, attribution),
  licence = coalesce(%(licence)s, licence),
  citation = coalesce(%(citation)s, citation),
  base_resolution = coalesce(%(resolution)s, base_resolution),
  areas_id = coalesce(%(areas)s, areas_id),
  quarantine_threshold = coalesce(%(threshold)s, quarantine_threshold),
  synthetic = synthetic or %(synthetic)s
where id = %(id)s

-- name: fill_origin
-- What nobody said is what the source's makers ask; a dataset that was declared before its first file learns its source here.
update catalog.dataset set
  attribution = coalesce(nullif(attribution, ''), %(attribution)s),
  licence = coalesce(nullif(licence, ''), %(licence)s),
  citation = coalesce(nullif(citation, ''), %(citation)s),
  source_id = case when source_id = 'table' then %(source)s else source_id end
where id = %(id)s

-- name: measures
select name from catalog.measure where dataset = %(dataset)s order by position

-- name: add_measure
insert into catalog.measure (dataset, position, name, title, unit, scale)
select %(dataset)s, coalesce(max(position), 0) + 1, %(name)s, %(title)s, %(unit)s, %(scale)s
from catalog.measure where dataset = %(dataset)s
on conflict (dataset, name) do nothing

-- name: scales
select name, scale from catalog.measure where dataset = %(dataset)s order by position

-- name: add_categories
insert into catalog.category (dataset, code, id)
select %(dataset)s, (select coalesce(max(code), 0) from catalog.category where dataset = %(dataset)s) + row_number() over (order by new.id), new.id
from unnest(%(ids)s::text[]) as new (id)
where not exists (select from catalog.category c where c.dataset = %(dataset)s and c.id = new.id)

-- name: indicator
insert into catalog.indicator (id, title, unit, formula, source)
values (%(id)s, %(title)s, %(unit)s, %(formula)s, %(source)s)
on conflict (id) do update set title = excluded.title, unit = excluded.unit, formula = excluded.formula, source = excluded.source

-- name: layer
insert into catalog.layer (id, title, indicators)
select id, title, %(indicators)s from catalog.dataset where number = %(dataset)s
on conflict (id) do update set title = excluded.title, indicators = excluded.indicators

-- name: layer_dataset
insert into catalog.layer_dataset (layer, dataset) select id, number from catalog.dataset where number = %(dataset)s
on conflict do nothing
