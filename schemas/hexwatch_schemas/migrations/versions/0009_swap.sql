-- Bulk loads build a dataset's partition anew, beside the one that is read, and put it in its place.

create function hex.build_partition(dataset integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('create table hex.fact_%s_built (like hex.fact including constraints, '
    'constraint fact_built_dataset check (dataset = %s))', dataset, dataset);
  execute format('grant insert on hex.fact_%s_built to hexwatch_etl', dataset);
end $$;
comment on function hex.build_partition is 'An empty table without an index, to be filled and swapped in by the same transaction.';

create function hex.swap_partition(dataset integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table hex.fact_%s_built add primary key '
    '(dataset, placement, resolution, place, day_from, day_to, category, measure)', dataset);
  execute format('drop table hex.fact_%s', dataset);
  execute format('alter table hex.fact_%s_built rename to fact_%s', dataset, dataset);
  execute format('alter index hex.fact_%s_built_pkey rename to fact_%s_pkey', dataset, dataset);
  execute format('alter table hex.fact attach partition hex.fact_%s for values in (%s)', dataset, dataset);
  execute format('alter table hex.fact_%s drop constraint fact_built_dataset', dataset);
  execute format('analyze hex.fact_%s', dataset);
end $$;
comment on function hex.swap_partition is 'Put the built table in the place of the dataset''s partition. Whoever reads several tables in one snapshot locks hex.fact first.';

revoke execute on function hex.build_partition, hex.swap_partition from public;
grant execute on function hex.build_partition, hex.swap_partition to hexwatch_etl;
