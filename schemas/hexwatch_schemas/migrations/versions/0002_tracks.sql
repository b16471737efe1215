-- Tracks by local day: loading a day of a track again replaces that day and no other. Nothing has filled the two tables
-- before this version, so they are made anew.

-- squawk-ignore ban-drop-table
drop table raw.visit, raw.track;

create table raw.track (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  key text not null,
  day date not null,
  mover text not null,
  patrol_type text not null,
  strength integer,
  began timestamptz not null,
  ended timestamptz not null,
  pings integer not null,
  content uuid not null,
  run_from bigint not null references ops.run,
  run_to bigint references ops.run
);
comment on table raw.track is 'Days of tracks as they were believed from run_from until run_to: a correction closes a row, nothing is overwritten.';
comment on column raw.track.day is 'Local day, in the zone that the mapping or the operator names.';
comment on column raw.track.strength is 'People; null where unknown.';
create unique index track_current on raw.track (dataset, key, day) where run_to is null;
create index track_opened on raw.track (run_from);
create index track_closed on raw.track (run_to) where run_to is not null;

create table raw.visit (
  track bigint not null references raw.track,
  cell bigint not null,
  metres double precision not null,
  seconds double precision not null,
  entries integer not null,
  primary key (track, cell)
);
comment on table raw.visit is 'How far, how long and how often a track was in a cell on its day. Cells of every resolution up to the base: entries and distinct tracks cannot be summed from children.';

create function raw.tracks_seen(of_dataset integer, of_resolution integer, first_day date, last_day date)
  returns table (cell bigint, tracks bigint, movers bigint, days bigint, last_day_seen date)
  language sql stable parallel safe
begin atomic
  select v.cell, count(distinct t.key), count(distinct t.mover), count(distinct t.day), max(t.day)
  from raw.track t join raw.visit v on v.track = t.id
  where t.dataset = of_dataset and t.run_to is null and t.day between first_day and last_day
    and hex.resolution(v.cell) = of_resolution
  group by v.cell;
end;
comment on function raw.tracks_seen is 'Distinct tracks, movers and days of each cell in a window: counted from visits at the asked resolution, never summed.';

grant select, insert, update, delete on raw.track, raw.visit to hexwatch_etl;
grant usage on all sequences in schema raw to hexwatch_etl;
