-- name: is_bulk
-- Is the delta more than a share of what is there? Sizes, not counts: those of what is there would cost a scan.
select count(*) >= %(least)s and count(*) * %(row)s >= %(share)s * pg_table_size(format('hex.fact_%%s', %(dataset)s::integer)::regclass)
from delta

-- name: merge_delta
merge into hex.fact f using delta d
on f.dataset = %(dataset)s and f.placement = d.placement and f.resolution = d.resolution and f.place = d.place
  and f.day_from = d.day_from and f.day_to = d.day_to and f.category = d.category and f.measure = d.measure
when matched and f.amount + d.amount = 0 then delete
when matched then update set amount = f.amount + d.amount
when not matched then insert (dataset, placement, resolution, place, day_from, day_to, category, measure, amount)
  values (%(dataset)s, d.placement, d.resolution, d.place, d.day_from, d.day_to, d.category, d.measure, d.amount)

-- name: keep_addition
with said as (
  insert into hex.addition (run, dataset)
  select %(run)s, %(dataset)s from delta where placement = 'p' and resolution = %(base)s having count(*) <= %(most)s
  returning run
)
insert into hex.added_fact
select said.run, d.place, d.day_from, d.day_to, d.category, d.measure, d.amount
from said cross join delta d
where d.placement = 'p' and d.resolution = %(base)s

-- name: forget_additions
delete from hex.addition
where dataset = %(dataset)s
  and run not in (select run from hex.addition where dataset = %(dataset)s order by run desc limit %(kept)s)

-- name: build
select hex.build_partition(%(dataset)s)

-- name: sort_to_join
-- For `fill`: what comes out is nearly in the order of the key, which halves the work on its index. (Sorting begins with the
-- place, one number that tells nearly all rows apart; that of a cell begins with its resolution.)
set local enable_hashjoin to off

-- name: join_as_ever
set local enable_hashjoin to default

-- name: fill
-- The same sums as merge_delta's.
insert into {built} (dataset, placement, resolution, place, day_from, day_to, category, measure, amount)
select %(dataset)s, placement, resolution, place, day_from, day_to, category, measure,
  coalesce(f.amount, 0) + coalesce(d.amount, 0)
from (select * from hex.fact where dataset = %(dataset)s) f
full join delta d using (place, day_from, day_to, category, measure, placement, resolution)
where coalesce(f.amount, 0) + coalesce(d.amount, 0) <> 0

-- name: swap
select hex.swap_partition(%(dataset)s)

-- name: layers
select distinct layer from catalog.layer_dataset where dataset = %(dataset)s order by layer

-- name: datasets
-- What a layer shows, and what says where somebody looked: its days and bounds are theirs.
select d.number, least(d.base_resolution, %(finest)s) from catalog.layer_dataset ld join catalog.dataset d on d.number = ld.dataset
where ld.layer = %(layer)s and ld.role in ('shown', 'effort')
group by d.number, d.base_resolution order by d.number

-- name: extent
select min(day_from), max(day_to) from hex.fact where dataset = any(%(datasets)s)

-- name: drawn_cells
select place from hex.fact where dataset = %(dataset)s and placement = 'p' and resolution = %(resolution)s
union
select unnest(c.cells) from hex.support_cells c
where c.resolution = %(resolution)s
  and c.support in (select place from hex.fact where dataset = %(dataset)s and placement = 's')

-- name: required_cells
select distinct hex.cell_to_parent(cell, %(resolution)s) from hex.required, unnest(cells) as cell where layer = %(layer)s

-- name: release
-- The digest of a layer over one dataset is the dataset's; else it also says what each dataset is to the layer.
with part as (
  select ld.role, ld.categories, d.id, hex.digest(d.number) as digest
  from catalog.layer_dataset ld join catalog.dataset d on d.number = ld.dataset
  where ld.layer = %(layer)s
),
whole as (
  select case when count(*) = 1 then min(digest)
    else md5(string_agg(concat_ws('|', role, id, categories::text, digest), ',' order by role)
      || coalesce((select cells::text from hex.required where layer = %(layer)s), '')) end as digest
  from part
)
insert into catalog.release (layer, number, run, data_from, data_through, bounds, digest)
select %(layer)s, coalesce((select max(number) from catalog.release where layer = %(layer)s), 0) + 1,
  %(run)s, %(data_from)s, %(data_through)s, %(bounds)s, digest
from whole
returning number, digest

-- name: notify
select pg_notify('hexwatch_release', json_build_object('layer', %(layer)s::text, 'release', %(release)s::integer)::text)
