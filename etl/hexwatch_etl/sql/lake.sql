-- name: mark
select lake, pings_from from catalog.dataset where number = %(dataset)s

-- name: days
select day, run, pings, recipe from raw.lake_day where dataset = %(dataset)s order by day

-- name: without
-- Are days of tracks believed whose pings are in no lake?
select exists (select from raw.track where dataset = %(dataset)s and run_to is null)
  and not exists (select from raw.lake_day where dataset = %(dataset)s)

-- name: forget
delete from raw.lake_day where dataset = %(dataset)s and day = any(%(days)s::date[])

-- name: note_expired
update catalog.dataset set pings_from = %(expired)s where number = %(dataset)s and pings_from is distinct from %(expired)s

-- name: register
insert into raw.lake_day (dataset, day, run, pings, recipe)
select %(dataset)s, d.day, d.run, d.pings, d.recipe
from unnest(%(days)s::date[], %(runs)s::bigint[], %(pings)s::bigint[], %(recipes)s::text[]) as d (day, run, pings, recipe)
on conflict (dataset, day) do update set run = excluded.run, pings = excluded.pings, recipe = excluded.recipe
