-- What expired by policy, and proof of what went.

alter table catalog.dataset add column pings_from date;
comment on column catalog.dataset.pings_from is 'The first day of UTC whose pings are kept; those before it have expired, their numbers stay. Null: all are.';

create table ops.expired (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  dataset integer not null references catalog.dataset (number),
  what text not null check (what in ('beliefs', 'refused rows', 'pings')),
  -- squawk-ignore prefer-bigint-over-int
  days integer not null,
  through text not null,
  rows bigint not null,
  digest text not null,
  files jsonb not null default '[]',
  code_version text not null
);
comment on table ops.expired is 'What retention removed. Rows are only added.';
comment on column ops.expired.days is 'The policy: for how many days it is kept.';
comment on column ops.expired.through is 'The last run, or the last day, that went.';
comment on column ops.expired.digest is 'Of rows: sum of their hashes, in any order. Of files: sha256 over the lines `sha256  name` of the list.';
comment on column ops.expired.files is 'Name, bytes, rows and sha256 of each file.';

grant select, insert on ops.expired to hexwatch_etl;
