-- What each publish added to the facts on base cells: a service that holds the release before reads this and not the rest.

create table hex.addition (
  run bigint primary key references ops.run on delete cascade,
  dataset integer not null references catalog.dataset (number)
);
comment on table hex.addition is 'The publishes that said what they added; a large one does not, and older ones are forgotten.';

create table hex.added_fact (
  run bigint not null references hex.addition on delete cascade,
  place bigint not null,
  day_from date not null,
  day_to date not null,
  category smallint not null,
  measure smallint not null,
  amount bigint not null
);
comment on table hex.added_fact is 'Differences: amount is negative where something was taken away.';
create index added_fact_run on hex.added_fact (run);

grant select on hex.addition, hex.added_fact to hexwatch_reader;
grant select, insert, delete on hex.addition, hex.added_fact to hexwatch_etl;
