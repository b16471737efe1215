-- name: stage_tracks
create temporary table if not exists stage_track (
  key text not null,
  day date not null,
  mover text not null,
  patrol_type text not null,
  strength integer,
  began timestamptz not null,
  ended timestamptz not null,
  pings integer not null,
  line text,
  primary key (key, day)
)

-- name: stage_visits
create temporary table if not exists stage_visit (
  key text not null,
  day date not null,
  cell bigint not null,
  metres bigint not null,
  seconds bigint not null,
  entries integer not null,
  nights integer not null
)

-- name: stage_days
create temporary table if not exists stage_day (day date primary key)

-- name: empty_stage
truncate stage_track, stage_visit, stage_day

-- name: speak_of
insert into stage_day (day)
select unnest(%(days)s::date[])
union
select day from raw.track where %(whole)s and dataset = %(dataset)s and run_to is null

-- name: copy_tracks
copy stage_track (key, day, mover, patrol_type, strength, began, ended, pings, line) from stdin (format binary)

-- name: copy_visits
copy stage_visit (key, day, cell, metres, seconds, entries, nights) from stdin (format binary)

-- name: analyze_stage
analyze stage_track, stage_visit, stage_day

-- name: compare
-- What the delivery says that is not already believed.
create temporary table change on commit drop as
with visited as (
  select v.key, v.day, string_agg(concat_ws(':', v.cell, v.metres, v.seconds, v.entries, v.nights), ',' order by v.cell) as cells
  from stage_visit v
  group by v.key, v.day
)
select s.*, h.content, t.id as current_id
from stage_track s
join visited v on v.key = s.key and v.day = s.day
cross join lateral (
  select md5(concat_ws('|', s.mover, s.patrol_type, coalesce(s.strength::text, '-'), extract(epoch from s.began),
    extract(epoch from s.ended), s.pings, v.cells, coalesce(s.line, '-')))::uuid as content
) h
left join raw.track t on t.dataset = %(dataset)s and t.key = s.key and t.day = s.day and t.run_to is null
where t.id is null or t.content <> h.content

-- name: close_changed
update raw.track t set run_to = %(run)s from change c where t.id = c.current_id

-- name: close_missing
-- What is staged is all there is of the days that it speaks of.
update raw.track t set run_to = %(run)s
where t.dataset = %(dataset)s and t.run_to is null and t.day in (select day from stage_day)
  and not exists (select from stage_track s where s.key = t.key and s.day = t.day)

-- name: open
with opened as (
  insert into raw.track (dataset, key, day, mover, patrol_type, strength, began, ended, pings, line, metres, seconds,
    content, run_from)
  select %(dataset)s, c.key, c.day, mover, patrol_type, strength, began, ended, pings, st_setsrid(line::geometry, 4326),
    total.metres / 1000.0, total.seconds / 1000.0, content, %(run)s
  from change c
  join (
    select key, day, sum(metres) as metres, sum(seconds) as seconds
    from stage_visit where hex.resolution(cell) = 1
    group by key, day
  ) total on total.key = c.key and total.day = c.day
  order by c.key, c.day
  returning id, key, day
),
visited as (
  insert into raw.visit (track, cell, metres, seconds, entries, nights)
  select o.id, v.cell, v.metres / 1000.0, v.seconds / 1000.0, v.entries, v.nights
  from opened o join stage_visit v on v.key = o.key and v.day = o.day
)
select id from opened

-- name: delta
-- What this run opened, less what it closed. Amounts are integers, so adding it equals a full rebuild, exactly.
-- A visit has its numbers at every resolution, so nothing is rolled up here.
create temporary table delta on commit drop as
with touched as (
  select *, 1 as sign from raw.track where run_from = %(run)s
  union all
  select *, -1 from raw.track where run_to = %(run)s
)
select 'p'::"char" as placement, hex.resolution(v.cell)::smallint as resolution, v.cell as place, t.day as day_from,
  t.day as day_to, c.code as category, m.position as measure,
  sum(t.sign * a.amount)::bigint as amount
from touched t
join raw.visit v on v.track = t.id
join catalog.category c on c.dataset = t.dataset and c.id = t.patrol_type
cross join lateral (values
  ('metres', round(v.metres * 1000)),
  ('seconds', round(v.seconds * 1000)),
  ('visits', v.entries),
  ('nights', v.nights),
  ('person_seconds', round(v.seconds * 1000) * t.strength)
) as a (measure, amount)
join catalog.measure m on m.dataset = t.dataset and m.name = a.measure
group by v.cell, t.day, c.code, m.position
having sum(t.sign * a.amount) <> 0
