-- Catalogue, raw records, hexagon facts, operations. The words are defined in docs/architecture.md.

create extension if not exists postgis;

create schema catalog;
create schema raw;
create schema hex;
create schema ops;

------------------------------------------------------------------------------------------------------------- grid

-- An H3 index holds from bit 63 down: reserved 1, mode 4, reserved 3, resolution 4, base cell 7, fifteen digits of 3.

create function hex.resolution(cell bigint) returns integer
  language sql immutable strict parallel safe
  return (cell >> 52)::integer & 15;
comment on function hex.resolution is 'Resolution (0..15) of an H3 cell.';

create function hex.cell_to_parent(cell bigint, resolution integer) returns bigint
  language sql immutable strict parallel safe
  return (cell & ~(15::bigint << 52)) | (resolution::bigint << 52) | ((1::bigint << (45 - 3 * resolution)) - 1);
comment on function hex.cell_to_parent is 'Parent of an H3 cell at a coarser or equal resolution: unused digits are 7.';

create function hex.cell_to_text(cell bigint) returns text
  language sql immutable strict parallel safe
  return to_hex(cell);
comment on function hex.cell_to_text is 'The 15-character form that people and JavaScript read.';

create function hex.text_to_cell(h3 text) returns bigint
  language sql immutable strict parallel safe
  return ('x' || lpad(h3, 16, '0'))::bit(64)::bigint;
comment on function hex.text_to_cell is 'H3 cell of its 15-character form.';

create function hex.share_of_days(day_from date, day_to date, window_from date, window_to date) returns double precision
  language sql immutable strict parallel safe
  return greatest(0, least(day_to, window_to) - greatest(day_from, window_from) + 1)::double precision / (day_to - day_from + 1);
comment on function hex.share_of_days is 'Share of the days day_from..day_to (both included) that a window holds (PRIO-GRID: mass is even over an event''s days).';

-- Outlines of the cells in use, made once a cell by libh3, in web mercator and cut at the antimeridian (RFC 7946, 3.1.9).
create table hex.cell (
  cell bigint primary key,
  resolution smallint not null generated always as (((cell >> 52)::integer & 15)::smallint) stored,
  geom geometry(MultiPolygon, 3857) not null
);
create index cell_geom on hex.cell using gist (geom);

---------------------------------------------------------------------------------------------------------- catalog

create table catalog.audience (
  name text primary key,
  rank smallint not null unique,
  description text not null
);
insert into catalog.audience values
  ('public', 0, 'Anyone.'),
  ('restricted', 1, 'People named by the mission.'),
  ('confidential', 2, 'A few people, for a stated purpose.');

create table catalog.source (
  id text primary key,
  title text not null,
  kind text not null
);

create table catalog.dataset (
  id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  number integer generated always as identity unique,
  kind text not null check (kind in ('events', 'tracks', 'areas', 'raster')),
  source_id text references catalog.source,
  title text not null,
  attribution text not null default '',
  licence text not null default '',
  citation text not null default '',
  base_resolution smallint not null default 7 check (base_resolution between 1 and 15),
  areas_id text references catalog.dataset,
  audience text not null default 'public' references catalog.audience,
  synthetic boolean not null default false,
  quarantine_threshold double precision not null default 0.01 check (quarantine_threshold between 0 and 1),
  fence bigint not null default 0
);
comment on column catalog.dataset.number is 'Short key of the dataset in large tables.';
comment on column catalog.dataset.areas_id is 'The areas that carry reports known only to an administrative unit.';
comment on column catalog.dataset.fence is 'The newest run that took this dataset; an older one may no longer publish.';

create table catalog.measure (
  dataset integer not null references catalog.dataset (number),
  position smallint not null,
  name text not null,
  title text not null,
  unit text not null,
  scale bigint not null default 1 check (scale > 0),
  primary key (dataset, position),
  unique (dataset, name)
);
comment on column catalog.measure.scale is 'Stored integers per unit: amounts are fixed-point, so that sums do not depend on their order.';

create table catalog.category (
  dataset integer not null references catalog.dataset (number),
  code smallint not null,
  id text not null,
  primary key (dataset, code),
  unique (dataset, id)
);

create table catalog.indicator (
  id text primary key,
  title text not null,
  unit text not null,
  formula text not null,
  source text not null
);

create table catalog.layer (
  id text primary key,
  title text not null,
  audience text not null default 'public' references catalog.audience,
  indicators text[] not null,
  window_from date,
  window_to date,
  minzoom smallint not null default 0,
  maxzoom smallint not null default 14
);
comment on column catalog.layer.window_from is 'Default window; null means from the first day of the data.';

create table catalog.layer_dataset (
  layer text not null references catalog.layer,
  dataset integer not null references catalog.dataset (number),
  primary key (layer, dataset)
);

------------------------------------------------------------------------------------------------------------- runs

create table ops.run (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  status text not null default 'running' check (status in ('running', 'published', 'unchanged', 'failed')),
  files jsonb not null default '[]',
  options jsonb not null default '{}',
  code_version text not null,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  rows_in bigint,
  rows_loaded bigint,
  rows_quarantined bigint,
  events_opened bigint,
  events_closed bigint,
  error text
);

create table ops.step (
  run bigint not null references ops.run,
  name text not null,
  finished_at timestamptz not null default clock_timestamp(),
  seconds double precision not null,
  primary key (run, name)
);

create table ops.watermark (
  dataset integer primary key references catalog.dataset (number),
  run bigint not null references ops.run,
  value text not null
);

create table ops.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  subject text not null
);

create table catalog.release (
  layer text not null references catalog.layer,
  number integer not null,
  run bigint not null references ops.run,
  published_at timestamptz not null default clock_timestamp(),
  data_from date,
  data_through date,
  bounds double precision[] check (cardinality(bounds) = 4),
  digest text not null,
  primary key (layer, number)
);
comment on column catalog.release.bounds is 'West, south, east, north in degrees; west > east crosses the antimeridian (RFC 7946, 5.2).';

------------------------------------------------------------------------------------------------------ raw records

create table catalog.area (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  key text not null,
  name text not null,
  level text not null,
  country text,
  geom geometry(MultiPolygon, 4326) not null,
  content uuid not null,
  run_from bigint not null references ops.run,
  run_to bigint references ops.run
);
create unique index area_current on catalog.area (dataset, key) where run_to is null;
create index area_geom on catalog.area using gist (geom);

-- A support spreads a report over the cells where it may have happened. Its key holds all that made it, so it never changes.
create table hex.support (
  id bigint generated always as identity primary key,
  key text not null unique
);

-- Arrays, not a row a cell: a disk of 50 km has 1,500 cells at resolution 7, and a dataset has thousands of disks.
create table hex.support_cells (
  support bigint not null references hex.support,
  resolution smallint not null,
  cells bigint[] not null,
  weights integer[] not null check (cardinality(weights) = cardinality(cells)),
  primary key (support, resolution)
);
comment on column hex.support_cells.weights is 'Parts in 1,000,000,000 of each cell; at a resolution they sum to exactly that.';

create table raw.event (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  key text not null,
  revision bigint,
  content uuid not null,
  run_from bigint not null references ops.run,
  run_to bigint references ops.run,
  line bigint not null,
  day_from date not null,
  day_to date not null,
  day_precision text not null,
  instant timestamptz,
  location geometry(Point, 4326),
  precision text not null,
  cell bigint,
  support bigint references hex.support,
  country text,
  adm1 text,
  adm2 text,
  place text,
  category smallint not null,
  source_code text,
  amounts bigint[] not null,
  properties jsonb,
  check (day_from <= day_to),
  check (cell is null or support is null)
);
comment on table raw.event is 'Reports as they were believed from run_from until run_to: a correction closes a row, nothing is overwritten. Standing posts are reports too.';
comment on column raw.event.amounts is 'By catalog.measure.position, in 1/scale units; null where unknown.';
create unique index event_current on raw.event (dataset, key) where run_to is null;
create index event_opened on raw.event (run_from);
create index event_closed on raw.event (run_to) where run_to is not null;
create index event_location on raw.event using gist (location);

create table raw.quarantine (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  run bigint not null references ops.run,
  file text not null,
  line bigint not null,
  rule text not null,
  reason text not null,
  content jsonb not null
);
create index quarantine_run on raw.quarantine (run);

create table raw.remark (
  run bigint not null references ops.run,
  file text not null,
  line bigint not null,
  rule text not null,
  reason text not null
);
create index remark_run on raw.remark (run);

create table raw.track (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  key text not null,
  patrol_type text not null,
  strength integer,
  began timestamptz not null,
  ended timestamptz,
  run_from bigint not null references ops.run,
  run_to bigint references ops.run
);
create unique index track_current on raw.track (dataset, key) where run_to is null;

create table raw.visit (
  track bigint not null references raw.track,
  cell bigint not null,
  day date not null,
  metres double precision not null,
  seconds double precision not null,
  entries integer not null,
  primary key (track, cell, day)
);

create table raw.raster (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  key text not null,
  href text not null,
  sha256 text not null,
  footprint geometry(MultiPolygon, 4326) not null,
  captured_from timestamptz,
  captured_to timestamptz,
  bands jsonb not null,
  run_from bigint not null references ops.run,
  run_to bigint references ops.run
);
create unique index raster_current on raw.raster (dataset, key) where run_to is null;

------------------------------------------------------------------------------------------------------------ facts

-- One additive number. placement p: `place` is a cell of `resolution`; s: `place` is a support; u: known to the country only.
-- Spread and unplaced facts have resolution -1: they are not on the grid yet.
create table hex.fact (
  dataset integer not null,
  placement "char" not null check (placement in ('p', 's', 'u')),
  resolution smallint not null,
  place bigint not null,
  day_from date not null,
  day_to date not null,
  category smallint not null,
  measure smallint not null,
  amount bigint not null check (amount <> 0),
  primary key (dataset, placement, resolution, place, day_from, day_to, category, measure)
) partition by list (dataset);

create function hex.add_partition(dataset integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('create table if not exists hex.fact_%s partition of hex.fact for values in (%s)', dataset, dataset);
end $$;
comment on function hex.add_partition is 'A dataset''s own partition of the facts.';

create function hex.digest(of_dataset integer) returns text
  language sql stable parallel safe
  return (
    -- A sum of hashes does not depend on the order of rows, nor on numbers that a database gave out.
    select md5(coalesce(sum(hashtextextended(concat_ws('|', f.placement, f.resolution, coalesce(s.key, f.place::text),
      f.day_from, f.day_to, c.id, m.name, m.scale, f.amount), 0)::numeric), 0)::text || '/' || count(*))
    from hex.fact f
    join catalog.category c on c.dataset = f.dataset and c.code = f.category
    join catalog.measure m on m.dataset = f.dataset and m.position = f.measure
    left join hex.support s on f.placement = 's' and s.id = f.place
    where f.dataset = of_dataset
  );
comment on function hex.digest is 'Fingerprint of a dataset''s facts: equal facts, equal digest, in any database.';

create view hex.fact_by_day as
  select d.id as dataset, f.placement, f.resolution, case f.placement when 'p' then hex.cell_to_text(f.place) end as h3,
    s.key as support, g.day::date as day, c.id as category, m.name as measure,
    f.amount::double precision / m.scale / (f.day_to - f.day_from + 1) as amount
  from hex.fact f
  join catalog.dataset d on d.number = f.dataset
  join catalog.category c on c.dataset = f.dataset and c.code = f.category
  join catalog.measure m on m.dataset = f.dataset and m.position = f.measure
  left join hex.support s on f.placement = 's' and s.id = f.place
  cross join lateral generate_series(f.day_from, f.day_to, interval '1 day') as g (day);
comment on view hex.fact_by_day is 'The facts split over their days, for analysts.';

------------------------------------------------------------------------------------------------------------ roles

do $$
declare
  r text;
begin
  foreach r in array array['hexwatch_etl', 'hexwatch_reader'] loop
    if not exists (select from pg_roles where rolname = r) then
      begin
        execute format('create role %I nologin', r);
      exception when duplicate_object or unique_violation then null;  -- another database of this cluster made it meanwhile
      end;
    end if;
  end loop;
end $$;

grant usage on schema catalog, raw, hex, ops to hexwatch_etl;
grant select, insert, update, delete on all tables in schema catalog, raw, hex, ops to hexwatch_etl;
grant usage on all sequences in schema catalog, raw, hex, ops to hexwatch_etl;
revoke execute on function hex.add_partition from public;
grant execute on function hex.add_partition to hexwatch_etl;

-- The service reads published numbers and the catalogue; never raw records, quarantine or runs.
grant usage on schema catalog, hex to hexwatch_reader;
grant select on catalog.dataset, catalog.measure, catalog.category, catalog.indicator, catalog.layer, catalog.layer_dataset,
  catalog.release, hex.fact, hex.support, hex.support_cells, hex.cell to hexwatch_reader;
grant select on public.hexwatch_migration to hexwatch_reader;
