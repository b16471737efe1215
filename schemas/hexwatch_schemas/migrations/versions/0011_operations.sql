-- Schedules and windows of loads, beliefs of earlier releases, and what anyone may be told of runs.

------------------------------------------------------------------------------------------------------------- loads

-- squawk-ignore prefer-bigint-over-int
alter table ops.run add column backend integer;
alter table ops.run add column deadline timestamptz;
alter table ops.run add column first_day date;
alter table ops.run add column last_day date;
comment on column ops.run.backend is 'Process of the database that holds the lock of the load.';
comment on column ops.run.deadline is 'From then on anyone may end the load.';
comment on column ops.run.first_day is 'First day of the window that was asked for; null where the files say which days.';

create table ops.schedule (
  dataset integer primary key references catalog.dataset (number),
  cron text,
  step_days integer check (step_days > 0),
  lag_days integer not null default 0 check (lag_days >= 0),
  deadline interval not null default interval '1 hour',
  stale_after interval,
  declared jsonb not null default '{}'
);
comment on table ops.schedule is 'When datasets are loaded by themselves; as the project file that was last applied says.';
comment on column ops.schedule.lag_days is 'Days before a window that are read again, for what came late.';

create table ops.loaded_window (
  run bigint primary key references ops.run,
  dataset integer not null references catalog.dataset (number),
  first_day date not null,
  last_day date not null
);
comment on table ops.loaded_window is 'Windows that are loaded, each by the transaction that published it.';
create index loaded_window_days on ops.loaded_window (dataset, first_day);

create table ops.fetched (
  dataset integer not null references catalog.dataset (number),
  address text not null,
  etag text,
  modified text,
  sha256 text,
  run bigint not null references ops.run,
  primary key (dataset, address)
);
comment on table ops.fetched is 'What sources said of the files that were loaded, so that they need not be sent again.';

-- squawk-ignore adding-foreign-key-constraint
alter table raw.quarantine add column replayed_by bigint references ops.run;
comment on column raw.quarantine.replayed_by is 'The run that tried the row again; where it was refused again, that run has it.';

create function ops.is_owned(of_dataset integer) returns boolean
  language sql stable
begin atomic
  select exists (
    select from pg_locks
    where locktype = 'advisory' and granted and objsubid = 2 and objid = of_dataset::oid
      and classid = (hashtext('hexwatch load')::bigint & 4294967295)::oid
      and database = (select oid from pg_database where datname = current_database())
  );
end;
comment on function ops.is_owned is 'Whether a load holds the dataset: a run that says `running` without that is dead.';

----------------------------------------------------------------------------------------------------- earlier releases

alter table catalog.dataset add column remembers_from bigint not null default 0;
comment on column catalog.dataset.remembers_from is 'The oldest run whose beliefs are all there; what was closed before it has expired.';

create function hex.belief(of_layer text, of_release integer, of_dataset integer) returns bigint
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select max(r.run)
  from catalog.release r join ops.run o on o.id = r.run
  where o.dataset = of_dataset and r.published_at <= (
    select published_at from catalog.release where layer = of_layer and number = of_release
  );
end;
comment on function hex.belief is 'The run whose beliefs a layer''s release has of a dataset.';

create function hex.fact_as_of(of_dataset integer, of_run bigint, of_resolution integer)
  returns table (placement "char", place bigint, day_from date, day_to date, category smallint, measure smallint, amount bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select (case when e.cell is not null then 'p' when e.support is not null then 's' else 'u' end)::"char",
    coalesce(hex.cell_to_parent(e.cell, of_resolution), e.support, 0), e.day_from, e.day_to, e.category,
    a.position::smallint, sum(a.amount)::bigint
  from raw.event e cross join lateral unnest(e.amounts) with ordinality as a (amount, position)
  where e.dataset = of_dataset and e.run_from <= of_run and (e.run_to is null or e.run_to > of_run)
  group by 1, 2, 3, 4, 5, 6
  having sum(a.amount) <> 0
  union all
  select 'p'::"char", v.cell, t.day, t.day, c.code, m.position, sum(a.amount)::bigint
  from raw.track t
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
  where t.dataset = of_dataset and t.run_from <= of_run and (t.run_to is null or t.run_to > of_run)
    and hex.resolution(v.cell) = of_resolution
  group by v.cell, t.day, c.code, m.position
  having sum(a.amount) <> 0;
end;
comment on function hex.fact_as_of is 'The facts of a dataset as a run left them: precise ones on cells of a resolution, the others as they are.';

create function hex.presence_as_of(of_dataset integer, of_run bigint, of_resolution integer)
  returns table (place bigint, day date, category smallint, track integer)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select v.cell, t.day, c.code, t.track
  from (
    select id, dataset, day, patrol_type, dense_rank() over (order by key)::integer as track
    from raw.track
    where dataset = of_dataset and run_from <= of_run and (run_to is null or run_to > of_run)
  ) t
  join raw.visit v on v.track = t.id
  join catalog.category c on c.dataset = t.dataset and c.id = t.patrol_type
  where hex.resolution(v.cell) = of_resolution;
end;
comment on function hex.presence_as_of is 'hex.presence as a run left it.';

-------------------------------------------------------------------------------------------------------------- told

create schema status;
comment on schema status is 'What anyone may be told of the loads of public datasets: never a row, a path, or the words of an error.';

create view status.run as
  select r.id, d.id as dataset, coalesce(d.source_id, '') as source,
    case when r.status = 'running' and not ops.is_owned(d.number) then 'died' else r.status end as status,
    r.started_at, r.finished_at, r.first_day, r.last_day, r.rows_in, r.rows_loaded, r.rows_quarantined,
    split_part(r.error, ':', 1) as reason
  from ops.run r join catalog.dataset d on d.number = r.dataset
  where d.audience = 'public';

create view status.step as
  select r.id as run, r.dataset, r.source, s.name, s.seconds
  from status.run r join ops.step s on s.run = r.id;

create view status.quarantine as
  select d.id as dataset, q.rule, count(*) as rows, max(q.run) as run
  from raw.quarantine q join catalog.dataset d on d.number = q.dataset
  where d.audience = 'public' and q.replayed_by is null
  group by d.id, q.rule;

create view status.schedule as
  select d.id as dataset, s.cron, s.step_days, s.lag_days, s.deadline, s.stale_after, w.value as loaded_through
  from ops.schedule s
  join catalog.dataset d on d.number = s.dataset
  left join ops.watermark w on w.dataset = s.dataset
  where d.audience = 'public';

create view status.freshness as
  select l.id as layer, d.id as dataset, r.number as release, r.published_at, r.data_through, c.checked_at,
    extract(epoch from s.stale_after)::double precision as stale_after,
    coalesce(c.checked_at < now() - s.stale_after, false) as stale
  from catalog.layer l
  join catalog.layer_dataset ld on ld.layer = l.id and ld.role = 'shown'
  join catalog.dataset d on d.number = ld.dataset
  join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
  left join ops.schedule s on s.dataset = d.number
  left join lateral (
    select max(o.finished_at) as checked_at from ops.run o where o.dataset = d.number and o.status in ('published', 'unchanged')
  ) c on true
  where l.audience = 'public' and d.audience = 'public';

------------------------------------------------------------------------------------------------------------ rights

grant select, insert, update, delete on ops.schedule, ops.loaded_window, ops.fetched to hexwatch_etl;
grant usage on schema status to hexwatch_etl, hexwatch_reader;
grant select on all tables in schema status to hexwatch_etl, hexwatch_reader;
