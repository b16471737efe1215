-- name: mark
select lake from catalog.dataset where number = %(dataset)s

-- name: days
select day, run, pings, recipe from raw.lake_day where dataset = %(dataset)s order by day

-- name: forget
delete from raw.lake_day where dataset = %(dataset)s and day = any(%(days)s::date[])

-- name: register
insert into raw.lake_day (dataset, day, run, pings, recipe)
select %(dataset)s, d.day, d.run, d.pings, d.recipe
from unnest(%(days)s::date[], %(runs)s::bigint[], %(pings)s::bigint[], %(recipes)s::text[]) as d (day, run, pings, recipe)
on conflict (dataset, day) do update set run = excluded.run, pings = excluded.pings, recipe = excluded.recipe

-- name: loaded_otherwise
-- Files that were loaded before under the same name, and said something else then.
select distinct f.value ->> 'name'
from ops.run r cross join jsonb_array_elements(r.files) as f
join jsonb_array_elements(%(files)s::jsonb) as now on now ->> 'name' = f.value ->> 'name' and now ->> 'sha256' <> f.value ->> 'sha256'
where r.dataset = %(dataset)s and r.id <> %(run)s and r.status in ('published', 'unchanged')
order by 1
