-- Who may use the jobs' schema, which procrastinate made; and what was told and declared.
grant usage on schema hexwatch_jobs to hexwatch_etl;
grant select, insert, update, delete on all tables in schema hexwatch_jobs to hexwatch_etl;
grant usage on all sequences in schema hexwatch_jobs to hexwatch_etl;

alter table ops.schedule add column told_stale_at timestamptz;
comment on column ops.schedule.told_stale_at is 'When somebody was told that the dataset is stale; null once it is fresh again.';

create table ops.declared_layer (
  layer text primary key references catalog.layer,
  declared jsonb not null
);
comment on table ops.declared_layer is 'Layers over several datasets as the project file last declared them.';
grant select, insert, update, delete on ops.declared_layer to hexwatch_etl;
