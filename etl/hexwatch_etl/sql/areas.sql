-- name: current
select level, content::text, st_asbinary(geom) from catalog.area where dataset = %(dataset)s and run_to is null order by key

-- name: stage
create temporary table if not exists stage_area (
  key text primary key, name text not null, level text not null, country text, geom text not null
)

-- name: empty_stage
truncate stage_area

-- name: copy_stage
copy stage_area (key, name, level, country, geom) from stdin (format binary)

-- name: close
with believed as (
  select s.key, md5(concat_ws('|', s.name, s.level, coalesce(s.country, '-'), s.geom))::uuid as content from stage_area s
)
update catalog.area a set run_to = %(run)s
where a.dataset = %(dataset)s and a.run_to is null
  and not exists (select from believed b where b.key = a.key and b.content = a.content)
  and (%(replace)s or exists (select from believed b where b.key = a.key))

-- name: open
insert into catalog.area (dataset, key, name, level, country, geom, content, run_from)
select %(dataset)s, s.key, s.name, s.level, s.country, st_setsrid(s.geom::geometry, 4326),
  md5(concat_ws('|', s.name, s.level, coalesce(s.country, '-'), s.geom))::uuid, %(run)s
from stage_area s
where not exists (select from catalog.area a where a.dataset = %(dataset)s and a.run_to is null and a.key = s.key)
order by s.key

-- name: notify
-- Areas have no release of their own, but they are listed among the collections.
select pg_notify('hexwatch_release', '{}')
