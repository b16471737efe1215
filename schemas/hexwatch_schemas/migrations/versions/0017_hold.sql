-- Who holds a dataset, from the first moment on: a load that was stopped while it fetched has no run yet.

create table ops.hold (
  dataset integer primary key references catalog.dataset (number),
  -- squawk-ignore prefer-bigint-over-int
  backend integer not null,
  since timestamptz not null default clock_timestamp(),
  deadline timestamptz
);
comment on table ops.hold is 'The process of the database that last took a dataset; it still has it if it has the lock (ops.owner).';
comment on column ops.hold.deadline is 'From then on anyone may end it; null: never.';

create function ops.owner(of_dataset integer) returns integer
  language sql stable
begin atomic
  select pid from pg_locks
  where locktype = 'advisory' and granted and objsubid = 2 and objid = of_dataset::oid
    and classid = (hashtext('hexwatch load')::bigint & 4294967295)::oid
    and database = (select oid from pg_database where datname = current_database())
  limit 1;
end;
comment on function ops.owner is 'The process of the database that holds the dataset for a load; null: none.';

create or replace function ops.is_owned(of_dataset integer) returns boolean
  language sql stable
begin atomic
  select ops.owner(of_dataset) is not null;
end;

grant select, insert, update, delete on ops.hold to hexwatch_etl;
