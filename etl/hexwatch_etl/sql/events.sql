-- name: stage
create temporary table if not exists stage_event (
  key text primary key,
  revision bigint,
  line bigint not null,
  day_from date not null,
  day_to date not null,
  day_precision text not null,
  instant timestamptz,
  longitude double precision,
  latitude double precision,
  precision text not null,
  country text,
  adm1 text,
  adm2 text,
  place text,
  category text not null,
  source_code text,
  properties jsonb,
  cell bigint,
  support text,
  amounts bigint[] not null
)

-- name: empty_stage
truncate stage_event

-- name: copy_stage
copy stage_event (key, revision, line, day_from, day_to, day_precision, instant, longitude, latitude, precision, country, adm1,
  adm2, place, category, source_code, properties, cell, support, amounts) from stdin (format binary)

-- name: compare
-- What the delivery says that is not already believed. A place counts: new boundaries move a report without changing it.
create temporary table change on commit drop as
select s.*, c.code as category_code, p.id as support_id, h.content, e.id as current_id
from stage_event s
join catalog.category c on c.dataset = %(dataset)s and c.id = s.category
left join hex.support p on p.key = s.support
cross join lateral (
  select md5(concat_ws('|', s.revision, s.day_from, s.day_to, s.day_precision, extract(epoch from s.instant), s.longitude,
    s.latitude, s.precision, coalesce(s.country, '-'), coalesce(s.adm1, '-'), coalesce(s.adm2, '-'), coalesce(s.place, '-'),
    s.category, coalesce(s.source_code, '-'), coalesce(s.properties::text, '-'), coalesce(s.cell::text, s.support, '-'),
    s.amounts::text))::uuid as content
) h
left join raw.event e on e.dataset = %(dataset)s and e.key = s.key and e.run_to is null
where e.id is null or (e.content <> h.content and coalesce(s.revision >= e.revision, true))

-- name: close_changed
update raw.event e set run_to = %(run)s from change c where e.id = c.current_id

-- name: close_missing
update raw.event e set run_to = %(run)s
where e.dataset = %(dataset)s and e.run_to is null and not exists (select from stage_event s where s.key = e.key)

-- name: close_gone
update raw.event e set run_to = %(run)s
where e.dataset = %(dataset)s and e.run_to is null and e.key = any(%(keys)s::text[])
  and not exists (select from stage_event s where s.key = e.key)

-- name: open
insert into raw.event (dataset, key, revision, content, run_from, line, day_from, day_to, day_precision, instant, location,
  precision, cell, support, country, adm1, adm2, place, category, source_code, amounts, properties)
select %(dataset)s, key, revision, content, %(run)s, line, day_from, day_to, day_precision, instant,
  st_setsrid(st_makepoint(longitude, latitude), 4326), precision, cell, support_id, country, adm1, adm2, place, category_code,
  source_code, amounts, properties
from change
order by key

-- name: delta
-- What this run opened, less what it closed. Amounts are integers, so adding it equals a full rebuild, exactly.
create temporary table delta on commit drop as
with touched as (
  select *, 1 as sign from raw.event where run_from = %(run)s
  union all
  select *, -1 from raw.event where run_to = %(run)s
),
amount as (
  select t.cell, t.support, t.day_from, t.day_to, t.category, a.position::smallint as measure, sum(t.sign * a.amount) as amount
  from touched t cross join lateral unnest(t.amounts) with ordinality as a (amount, position)
  where a.amount <> 0
  group by t.cell, t.support, t.day_from, t.day_to, t.category, a.position
),
placed as (
  select 'p'::"char" as placement, r.resolution::smallint as resolution, hex.cell_to_parent(a.cell, r.resolution) as place, a.*
  from amount a cross join generate_series(1, %(base)s) as r (resolution)
  where a.cell is not null
  union all
  select (case when a.support is null then 'u' else 's' end)::"char", -1, coalesce(a.support, 0), a.*
  from amount a
  where a.cell is null
)
select placement, resolution, place, day_from, day_to, category, measure, sum(amount)::bigint as amount
from placed
group by placement, resolution, place, day_from, day_to, category, measure
having sum(amount) <> 0
