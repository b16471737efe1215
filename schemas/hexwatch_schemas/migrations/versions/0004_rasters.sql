-- The register of rasters, which the service reads. Nothing has filled the earlier table, so it is made anew.

-- squawk-ignore ban-drop-table
drop table raw.raster;

create table catalog.raster (
  id bigint generated always as identity primary key,
  dataset integer not null references catalog.dataset (number),
  key text not null,
  href text not null,
  sha256 text not null,
  original text not null,
  original_sha256 text not null,
  content uuid not null,
  footprint geometry(MultiPolygon, 4326) not null,
  bounds double precision[] not null check (cardinality(bounds) = 4),
  captured_from timestamptz,
  captured_to timestamptz,
  width integer not null,
  height integer not null,
  crs text not null,
  resolution double precision not null,
  dtype text not null,
  nodata text,
  bands jsonb not null,
  class text not null,
  rendering jsonb not null,
  meaning text check (meaning in ('count', 'density', 'mean')),
  run_from bigint not null references ops.run,
  run_to bigint references ops.run,
  check (captured_from <= captured_to)
);
comment on table catalog.raster is 'Files of raster datasets as they were believed from run_from until run_to. Several files of a dataset are one layer: of different places a mosaic, of one place its history.';
comment on column catalog.raster.href is 'Name of the Cloud Optimized GeoTIFF in the folder of rasters.';
comment on column catalog.raster.bounds is 'West, south, east, north in degrees; west > east crosses the antimeridian (RFC 7946, 5.2).';
comment on column catalog.raster.resolution is 'Size of a pixel on the ground, in metres.';
comment on column catalog.raster.bands is 'Per band: name, unit, scale, offset, statistics of every valid pixel, and the 2nd and 98th percentile.';
comment on column catalog.raster.rendering is 'How it is drawn unless somebody asks otherwise: indexes, and rescale with colormap_name, or colormap, or neither.';
comment on column catalog.raster.meaning is 'What a pixel''s number is, where the file is put into hexagons.';
create unique index raster_current on catalog.raster (dataset, key) where run_to is null;
create index raster_footprint on catalog.raster using gist (footprint);

grant select, insert, update, delete on catalog.raster to hexwatch_etl;
grant usage on all sequences in schema catalog to hexwatch_etl;
grant select on catalog.raster to hexwatch_reader;
