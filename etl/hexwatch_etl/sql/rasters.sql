-- name: current
select key, content::text from catalog.raster where dataset = %(dataset)s and run_to is null

-- name: close
update catalog.raster set run_to = %(run)s
where dataset = %(dataset)s and run_to is null
  and (key = any(%(changed)s) or (%(replace)s and not key = any(%(delivered)s)))

-- name: open
insert into catalog.raster (dataset, key, href, sha256, original, original_sha256, content, footprint, bounds, captured_from,
  captured_to, width, height, crs, resolution, dtype, nodata, bands, class, rendering, meaning,
  run_from)
values (%(dataset)s, %(key)s, %(href)s, %(sha256)s, %(original)s, %(original_sha256)s, %(content)s,
  st_setsrid(%(footprint)s::geometry, 4326), %(bounds)s, %(captured_from)s, %(captured_to)s, %(width)s, %(height)s, %(crs)s,
  %(resolution)s, %(dtype)s, %(nodata)s, %(bands)s, %(klass)s, %(rendering)s, %(meaning)s,
  %(run)s)

-- name: counted
-- Files that go into hexagons.
select key, href, meaning, class, (captured_to at time zone 'UTC')::date, st_asbinary(footprint)
from catalog.raster where dataset = %(dataset)s and run_to is null and meaning is not null order by key

-- name: choose_base
-- Once there are facts, their resolution stays.
update catalog.dataset d set base_resolution = case
  when exists (select from hex.fact f where f.dataset = d.number) then d.base_resolution else %(resolution)s end
where d.number = %(dataset)s
returning base_resolution

-- name: empty_facts
delete from hex.fact where dataset = %(dataset)s

-- name: stage
create temporary table if not exists stage_amount (cell bigint not null, measure text not null, amount bigint not null)

-- name: empty_stage
truncate stage_amount

-- name: copy_stage
copy stage_amount (cell, measure, amount) from stdin (format binary)

-- name: facts
insert into hex.fact (dataset, placement, resolution, place, day_from, day_to, category, measure, amount)
select %(dataset)s, 'p', r.resolution, hex.cell_to_parent(s.cell, r.resolution), %(day)s, %(day)s, c.code, m.position,
  sum(s.amount)
from stage_amount s
join catalog.measure m on m.dataset = %(dataset)s and m.name = s.measure
join catalog.category c on c.dataset = %(dataset)s and c.id = 'all'
cross join generate_series(1, %(base)s) as r (resolution)
group by r.resolution, hex.cell_to_parent(s.cell, r.resolution), c.code, m.position
having sum(s.amount) <> 0

-- name: extent
select st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)
from (select st_extent(footprint)::geometry as e from catalog.raster where dataset = %(dataset)s and run_to is null) found

-- name: release
-- Its digest tells files and facts alike. Without facts there are no days, and nothing for hexagons to show.
insert into catalog.release (layer, number, run, data_from, data_through, bounds, digest)
select %(layer)s, coalesce(max(number), 0) + 1, %(run)s, %(day)s, %(day)s, %(bounds)s, md5(hex.digest(%(dataset)s) || (
  select coalesce(string_agg(r.key || r.content, ',' order by r.key), '')
  from catalog.raster r where r.dataset = %(dataset)s and r.run_to is null))
from catalog.release where layer = %(layer)s
returning number, digest
