-- Raw pings stay in files; which file holds a day that is believed is said here, in the transaction that publishes.

-- squawk-ignore adding-field-with-default
alter table catalog.dataset add column lake uuid not null default gen_random_uuid();
comment on column catalog.dataset.lake is 'Stands in the names of the dataset''s files in the lake, so that two databases can share a folder.';

create table raw.lake_day (
  dataset integer not null references catalog.dataset (number),
  day date not null,
  run bigint not null references ops.run,
  pings bigint not null,
  recipe text not null,
  primary key (dataset, day)
);
comment on table raw.lake_day is 'Days of UTC whose pings are in the lake: the file of this run is the one that counts.';
comment on column raw.lake_day.recipe is 'Fingerprint of how the day was cleaned and cut; another one means: do it again.';

grant select, insert, update, delete on raw.lake_day to hexwatch_etl;
