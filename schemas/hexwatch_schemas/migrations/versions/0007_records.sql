-- Single records for clients: reports as points, days of tracks as lines, areas. The reader sees these views and not the
-- tables behind them.

-- squawk-ignore adding-foreign-key-constraint
alter table catalog.dataset add column records_audience text not null default 'public' references catalog.audience;
comment on column catalog.dataset.records_audience is 'Who may read single records: who may read the sums at most.';

alter table raw.track add column line geometry(MultiLineString, 4326);
alter table raw.track add column metres double precision;
alter table raw.track add column seconds double precision;
comment on column raw.track.line is 'The day''s way, simplified to ten metres; null where the track only stood.';

-- A report is a point only where it stands on one cell: the centre of a province is not where it happened.
-- squawk-ignore ban-drop-index, require-concurrent-index-deletion
drop index raw.event_location;
-- squawk-ignore require-concurrent-index-creation
create index event_point on raw.event using gist ((case when cell is not null then location end));
-- squawk-ignore require-concurrent-index-creation
create index event_listed on raw.event (dataset, (cell is null), key);
-- squawk-ignore require-concurrent-index-creation
create index track_line on raw.track using gist (line);

create schema records;

create view records.dataset as
  select d.number, d.id, d.kind, d.title, d.attribution, d.licence, d.citation, d.synthetic, d.base_resolution
  from catalog.dataset d
  where d.audience = 'public' and d.records_audience = 'public';
comment on view records.dataset is 'Datasets whose single records may be read: the one place that decides it.';

create view records.event as
  select e.dataset, e.run_from, e.run_to, e.key, e.revision, case when e.cell is not null then e.location end as geom,
    e.day_from as day, e.day_to, e.day_to - e.day_from + 1 as days, e.day_precision, e.precision,
    case when e.cell is not null then 'precise' when e.support is not null then 'spread' else 'unplaced' end as placement,
    hex.cell_to_text(e.cell) as h3, e.country, e.adm1, e.adm2, e.place, c.id as category, e.amounts, e.cell is null as off_grid
  from raw.event e
  join records.dataset d on d.number = e.dataset
  join catalog.category c on c.dataset = e.dataset and c.code = e.category;
comment on view records.event is 'Reports; believed from run_from until run_to. No geometry where the place is not exact.';

create view records.track as
  select t.dataset, t.run_from, t.run_to, t.key, t.day, t.mover, t.patrol_type, t.strength, t.pings, t.line as geom,
    t.metres / 1000 as kilometres, t.seconds / 3600 as hours
  from raw.track t
  join records.dataset d on d.number = t.dataset;
comment on view records.track is 'Days of tracks; believed from run_from until run_to.';

create view records.area as
  select a.dataset, a.run_from, a.run_to, a.key, a.name, a.level, a.country, a.geom
  from catalog.area a
  join records.dataset d on d.number = a.dataset;
comment on view records.area is 'Administrative units and zones; believed from run_from until run_to.';

create view records.collection as
  select d.*, coalesce(l.newest, a.run) as run, l.number as release, coalesce(l.published_at, o.finished_at) as published_at,
    l.data_from, l.data_through, coalesce(l.bounds, a.bounds) as bounds
  from records.dataset d
  left join lateral (
    -- A release of the layer may be another dataset's, which began before this one's newest run.
    select r.*, (select max(s.run) from catalog.release s where s.layer = d.id) as newest
    from catalog.release r where r.layer = d.id order by r.number desc limit 1
  ) l on d.kind in ('events', 'tracks')
  left join lateral (
    select max(greatest(run_from, run_to)) as run, (
      select array[st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)]
      from (select st_extent(geom) as e from catalog.area where dataset = d.number and run_to is null) as extent
    ) as bounds
    from catalog.area where dataset = d.number
  ) a on d.kind = 'areas'
  left join ops.run o on o.id = a.run
  where coalesce(l.newest, a.run) is not null;
comment on view records.collection is 'What a client may list: datasets of readable records, as their newest run left them.';

grant usage on schema records to hexwatch_etl, hexwatch_reader;
grant select on all tables in schema records to hexwatch_etl, hexwatch_reader;
