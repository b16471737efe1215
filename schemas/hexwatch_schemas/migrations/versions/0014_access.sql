-- Who may see what. Three audiences, each wider than the next; what nobody has classified is served to nobody.

alter table catalog.dataset
  -- squawk-ignore ban-drop-default
  alter column audience drop default,
  -- squawk-ignore ban-drop-not-null
  alter column audience drop not null,
  -- squawk-ignore ban-drop-default
  alter column records_audience drop default,
  -- squawk-ignore ban-drop-not-null
  alter column records_audience drop not null;
alter table catalog.layer
  -- squawk-ignore ban-drop-default
  alter column audience drop default,
  -- squawk-ignore ban-drop-not-null
  alter column audience drop not null;
-- What was public so far stays so: a layer by its inputs, single records by their dataset.
-- A project file wrote a dataset's audience to its layer too, where it would now stand above every approval.
update catalog.layer l set audience = null
where l.audience = 'public' or exists (select from catalog.dataset d where d.id = l.id and d.audience = l.audience);
update catalog.dataset set records_audience = null where records_audience = 'public';
comment on column catalog.dataset.audience is 'Who may read what is made of it; null: nobody has said, so nobody.';
comment on column catalog.dataset.records_audience is 'Who may read single records, where that is narrower.';
comment on column catalog.layer.audience is 'Where it is narrower than the layer''s inputs: it can never be wider.';

create table catalog.audience_limit (
  dataset integer not null references catalog.dataset (number),
  audience text not null references catalog.audience,
  finest_resolution smallint check (finest_resolution between 1 and 15),
  delay_days integer check (delay_days > 0),
  primary key (dataset, audience)
);
comment on table catalog.audience_limit is 'What people of this clearance, and of every lower one, see at most: no finer cells, no later days.';

create table catalog.approval (
  id bigint generated always as identity primary key,
  layer text not null references catalog.layer,
  audience text not null references catalog.audience,
  inputs text not null references catalog.audience,
  approved_by text not null check (length(trim(approved_by)) > 1),
  reason text not null check (length(trim(reason)) > 1),
  approved_at timestamptz not null default clock_timestamp(),
  login text not null default session_user,
  withdrawn_at timestamptz
);
comment on table catalog.approval is 'A named person lets a layer be read by more people than its inputs: sums over hexagons of restricted reports.';
comment on column catalog.approval.inputs is 'The audience of its inputs as the person knew it: where one becomes narrower, the approval no longer counts.';
create index approval_layer on catalog.approval (layer);

create table catalog.api_key (
  id text primary key check (id ~ '^[0-9a-f]{12}$'),
  name text not null unique check (length(trim(name)) > 0),
  hash bytea not null check (octet_length(hash) = 32),
  clearance text not null references catalog.audience,
  layers text[] check (cardinality(layers) > 0),
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
comment on column catalog.api_key.hash is 'SHA-256 of the secret, which is 256 random bits: nothing to guess, so no slow hash.';
comment on column catalog.api_key.layers is 'What it opens beyond what is public; null: all that its clearance may see.';

--------------------------------------------------------------------------------------------------- one answer each

create function catalog.clearance() returns smallint
  language sql stable parallel safe
  return case when pg_has_role(current_user, 'hexwatch_confidential', 'usage') then 2
    when pg_has_role(current_user, 'hexwatch_restricted', 'usage') then 1 else 0 end;
comment on function catalog.clearance is 'Rank of what the current login may see: by its roles, never by a setting that a client could change.';

create view catalog.layer_input as
  select layer, dataset from catalog.layer_dataset
  union
  select layer, areas from hex.required
  union
  select l.layer, a.number
  from catalog.layer_dataset l join catalog.dataset d on d.number = l.dataset join catalog.dataset a on a.id = d.areas_id;
comment on view catalog.layer_input is 'All datasets that a layer''s numbers depend on.';

create view catalog.layer_audience as
  select i.layer, greatest(i.own, case when p.inputs >= i.inputs then p.audience else i.inputs end)::smallint as rank,
    i.inputs::smallint as inputs
  from (
    select l.id as layer, coalesce(o.rank, 0) as own, max(a.rank) as inputs
    from catalog.layer l
    left join catalog.audience o on o.name = l.audience
    join catalog.layer_input i on i.layer = l.id
    join catalog.dataset d on d.number = i.dataset
    left join catalog.audience a on a.name = d.audience
    group by l.id, o.rank
    having bool_and(a.rank is not null)
  ) i
  left join lateral (
    select a.rank as audience, n.rank as inputs
    from catalog.approval p
    join catalog.audience a on a.name = p.audience
    join catalog.audience n on n.name = p.inputs
    where p.layer = i.layer and p.withdrawn_at is null
    order by p.id desc limit 1
  ) p on true;
comment on view catalog.layer_audience is 'Rank of who may read a layer: the strictest of its inputs unless a person approved a wider one. Layers over unclassified datasets are not here.';

create view catalog.layer_reader as
  select l.layer, l.rank as audience, c.rank as clearance, m.finest_resolution, m.delay_days
  from catalog.layer_audience l
  join catalog.audience c on c.rank >= l.rank
  cross join lateral (
    select min(x.finest_resolution) as finest_resolution, max(x.delay_days) as delay_days
    from catalog.layer_input i
    join catalog.audience_limit x on x.dataset = i.dataset
    join catalog.audience a on a.name = x.audience and a.rank >= c.rank
    where i.layer = l.layer
  ) m;
comment on view catalog.layer_reader is 'Which clearances see a layer, and how much of it: the one place that decides it.';

create view catalog.records_reader as
  select d.number as dataset, d.id, greatest(o.rank, r.rank, a.rank)::smallint as audience, c.rank as clearance
  from catalog.dataset d
  join catalog.audience o on o.name = d.audience
  left join catalog.audience r on r.name = d.records_audience
  left join catalog.dataset of_areas on of_areas.id = d.areas_id
  left join catalog.audience a on a.name = of_areas.audience
  join catalog.audience c on c.rank >= greatest(o.rank, r.rank, a.rank)
  where (d.areas_id is null or a.rank is not null)
    and not exists (
      select from catalog.audience_limit x join catalog.audience l on l.name = x.audience
      where x.dataset = d.number and l.rank >= c.rank
    );
comment on view catalog.records_reader is 'Which clearances read a dataset''s single records: nobody for whom its cells or days are limited.';

create view catalog.my_records as
  select dataset, id from catalog.records_reader where clearance = catalog.clearance();
comment on view catalog.my_records is 'Datasets whose single records the current login may read.';

----------------------------------------------------------------------------------------------------------- logins

-- A login for each clearance. None has a password: where the server asks for one, nobody comes in until one is set.
do $$
declare
  r text;
begin
  foreach r in array array['hexwatch_reader', 'hexwatch_public', 'hexwatch_restricted', 'hexwatch_confidential'] loop
    if not exists (select from pg_roles where rolname = r) then
      begin
        execute format('create role %I', r);
      exception when duplicate_object or unique_violation then null;  -- another database of this cluster made it meanwhile
      end;
    end if;
    begin
      if not (select rolcanlogin from pg_roles where rolname = r) then
        execute format('alter role %I login', r);
      end if;
      if not exists (select from pg_db_role_setting s join pg_roles p on p.oid = s.setrole where p.rolname = r and s.setdatabase = 0) then
        execute format('alter role %I set default_transaction_read_only = on', r);
        execute format('alter role %I set statement_timeout = ''5s''', r);
        execute format('alter role %I set lock_timeout = ''1s''', r);
        execute format('alter role %I set idle_in_transaction_session_timeout = ''10s''', r);
      end if;
    exception
      when insufficient_privilege then null;  -- the server's owner made them and decides
      when internal_error then null;  -- "tuple concurrently updated": another database does the same just now
    end;
  end loop;
end $$;

grant usage on schema catalog, raw, hex, records, layers to hexwatch_public, hexwatch_restricted, hexwatch_confidential;
grant select on catalog.audience, catalog.layer_input, catalog.layer_audience, catalog.layer_reader, catalog.records_reader,
  catalog.audience_limit, catalog.approval to hexwatch_reader, hexwatch_etl;
grant select on catalog.api_key to hexwatch_reader;
grant insert, update on catalog.audience_limit, catalog.approval, catalog.api_key to hexwatch_etl;
grant delete on catalog.audience_limit to hexwatch_etl;
grant usage on all sequences in schema catalog to hexwatch_etl;
grant select on catalog.my_records to hexwatch_public, hexwatch_restricted, hexwatch_confidential;

---------------------------------------------------------------------------------------------------- single records

-- squawk-ignore ban-drop-view
drop view records.event, records.track, records.area, records.collection, records.dataset;

alter table raw.event enable row level security;
alter table raw.event force row level security;
alter table raw.track enable row level security;
alter table raw.track force row level security;
alter table catalog.area enable row level security;
alter table catalog.area force row level security;

create policy owned on raw.event to current_user, hexwatch_etl using (true) with check (true);
create policy owned on raw.track to current_user, hexwatch_etl using (true) with check (true);
create policy owned on catalog.area to current_user, hexwatch_etl using (true) with check (true);
create policy cleared on raw.event for select to hexwatch_public, hexwatch_restricted, hexwatch_confidential
  using (dataset = any (array(select m.dataset from catalog.my_records m)));
create policy cleared on raw.track for select to hexwatch_public, hexwatch_restricted, hexwatch_confidential
  using (dataset = any (array(select m.dataset from catalog.my_records m)));
create policy cleared on catalog.area for select to hexwatch_public, hexwatch_restricted, hexwatch_confidential
  using (dataset = any (array(select m.dataset from catalog.my_records m)));

-- Without this, row security keeps && from an index: it must not tell of rows that are hidden, and does not.
do $$
begin
  alter function public.geometry_overlaps(geometry, geometry) leakproof;
exception when insufficient_privilege then null;  -- a superuser's decision; boxes are then looked for among a dataset's rows
end $$;

create view records.category as
  select c.dataset, c.code, c.id
  from catalog.category c where c.dataset = any (array(select m.dataset from catalog.my_records m));

create view records.event with (security_invoker = true) as
  select e.dataset, e.run_from, e.run_to, e.key, e.revision, case when e.cell is not null then e.location end as geom,
    e.day_from as day, e.day_to, e.day_to - e.day_from + 1 as days, e.day_precision, e.precision,
    case when e.cell is not null then 'precise' when e.support is not null then 'spread' else 'unplaced' end as placement,
    hex.cell_to_text(e.cell) as h3, e.country, e.adm1, e.adm2, e.place, c.id as category, e.amounts, e.cell is null as off_grid
  from raw.event e join records.category c on c.dataset = e.dataset and c.code = e.category;
comment on view records.event is 'Reports that the login may read; believed from run_from until run_to. No geometry where the place is not exact.';

create view records.track with (security_invoker = true) as
  select dataset, run_from, run_to, key, day, mover, patrol_type, strength, pings, line as geom,
    metres / 1000 as kilometres, seconds / 3600 as hours
  from raw.track;
comment on view records.track is 'Days of tracks that the login may read; believed from run_from until run_to.';

create view records.area with (security_invoker = true) as
  select dataset, run_from, run_to, key, name, level, country, geom from catalog.area;
comment on view records.area is 'Administrative units and zones that the login may read; believed from run_from until run_to.';

create view records.collection as
  select d.number, d.id, d.kind, d.title, d.attribution, d.licence, d.citation, d.synthetic, d.base_resolution,
    coalesce(l.newest, a.run) as run, l.number as release, coalesce(l.published_at, o.finished_at) as published_at,
    l.data_from, l.data_through, coalesce(l.bounds, a.bounds) as bounds
  from catalog.dataset d
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
comment on view records.collection is 'Datasets with single records, as their newest run left them. For the service, which filters them by catalog.records_reader.';

grant select (dataset, run_from, run_to, key, revision, cell, location, support, day_from, day_to, day_precision, precision, country,
  adm1, adm2, place, category, amounts) on raw.event to hexwatch_public, hexwatch_restricted, hexwatch_confidential;
grant select (dataset, run_from, run_to, key, day, mover, patrol_type, strength, pings, line, metres, seconds)
  on raw.track to hexwatch_public, hexwatch_restricted, hexwatch_confidential;
grant select (dataset, run_from, run_to, key, name, level, country, geom)
  on catalog.area to hexwatch_public, hexwatch_restricted, hexwatch_confidential;
grant select on records.event, records.track, records.area, records.category
  to hexwatch_etl, hexwatch_public, hexwatch_restricted, hexwatch_confidential;
grant select on records.collection to hexwatch_etl, hexwatch_reader;

------------------------------------------------------------------------------------------- hexagons for SQL clients

do $$
declare
  v text;
begin
  for v in select table_name from information_schema.views where table_schema = 'layers' loop
    execute format('drop view layers.%I', v);
  end loop;
end $$;

create or replace function layers.draw(of_dataset integer) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $draw$
declare
  named text := (select id from catalog.dataset where number = of_dataset);
  wanted text[] := (
    select array['h3', 'geom'] || coalesce(array_agg(n.name order by m.position, n.name), '{}')
    from catalog.measure m cross join lateral (values (m.name), (m.name || '_precise')) as n (name)
    where m.dataset = of_dataset
  );
  there text[] := (
    select array_agg(a.attname::text order by a.attnum) from pg_attribute a
    where a.attrelid = to_regclass(format('layers.%I', named)) and a.attnum > 0 and not a.attisdropped
  );
  numbers text := (
    select coalesce(string_agg(format(
      ', coalesce(sum(s.precise) filter (where s.measure = %1$s), 0) / %2$s'
      ' + coalesce(sum(s.spread order by s.support) filter (where s.measure = %1$s), 0) / %2$s as %3$I'
      ', coalesce(sum(s.precise) filter (where s.measure = %1$s), 0) / %2$s as %4$I',
      m.position, m.scale, m.name, m.name || '_precise'), '' order by m.position, m.name), '')
    from catalog.measure m where m.dataset = of_dataset
  );
begin
  if there = wanted then
    return;  -- whoever reads the view just now does not keep a release waiting
  end if;
  execute format('drop view if exists layers.%I', named);
  execute format($view$
    create view layers.%1$I as
    with question as (
      select least(d.base_resolution, m.finest_resolution) as resolution, coalesce(l.window_from, r.data_from) as first_day,
        least(coalesce(l.window_to, r.data_through), current_date - m.delay_days) as last_day
      from catalog.dataset d
      join catalog.layer l on l.id = d.id
      join catalog.layer_reader m on m.layer = l.id and m.clearance = catalog.clearance()
      join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
      where d.number = %2$s
    ),
    mass as (
      select f.placement, f.place, f.measure, q.resolution,
        sum(f.amount * hex.share_of_days(f.day_from, f.day_to, q.first_day, q.last_day)) as mass
      from hex.fact f join question q on f.day_from <= q.last_day and f.day_to >= q.first_day
      where f.dataset = %2$s and (f.placement = 'p' and f.resolution = q.resolution or f.placement = 's')
      group by f.placement, f.place, f.measure, q.resolution
    ),
    share as (
      select place as cell, measure, mass as precise, null::double precision as spread, 0::bigint as support
      from mass where placement = 'p'
      union all
      select u.cell, m.measure, null, m.mass * (u.weight / 1e9::double precision), m.place
      from mass m
      join hex.support_cells c on c.support = m.place and c.resolution = m.resolution
      cross join lateral unnest(c.cells, c.weights) as u (cell, weight)
      where m.placement = 's'
    )
    select hex.cell_to_text(s.cell) as h3, c.geom %3$s
    from share s join hex.cell c on c.cell = s.cell
    group by s.cell, c.geom
  $view$, named, of_dataset, numbers);
  execute format(
    'grant select on layers.%I to hexwatch_reader, hexwatch_etl, hexwatch_public, hexwatch_restricted, hexwatch_confidential', named);
end $draw$;
comment on schema layers is 'A view of each layer for who may see it: cells as text, outlines in EPSG:3857, and what the window holds.';

select layers.draw(number) from catalog.dataset where kind in ('events', 'tracks');

-- What runs with its owner's rights is not for everybody to run.
revoke execute on function hex.belief, hex.fact_as_of, hex.presence_as_of from public;
grant execute on function hex.belief, hex.fact_as_of, hex.presence_as_of to hexwatch_reader, hexwatch_etl;

----------------------------------------------------------------------------------------------------------- status

-- Of what anyone sees, and at once: the newest day of a layer that is told with a delay would tell too much.
create view catalog.told_to_anyone as
  select d.number as dataset from catalog.dataset d
  where d.audience = 'public' and not exists (select from catalog.audience_limit x where x.dataset = d.number);

create or replace view status.run as
  select r.id, d.id as dataset, coalesce(d.source_id, '') as source,
    case when r.status = 'running' and not ops.is_owned(d.number) then 'died' else r.status end as status,
    r.started_at, r.finished_at, r.first_day, r.last_day, r.rows_in, r.rows_loaded, r.rows_quarantined,
    split_part(r.error, ':', 1) as reason
  from ops.run r join catalog.dataset d on d.number = r.dataset
  where d.number in (select dataset from catalog.told_to_anyone);

create or replace view status.quarantine as
  select d.id as dataset, q.rule, count(*) as rows, max(q.run) as run
  from raw.quarantine q join catalog.dataset d on d.number = q.dataset
  where d.number in (select dataset from catalog.told_to_anyone) and q.replayed_by is null
  group by d.id, q.rule;

create or replace view status.schedule as
  select d.id as dataset, s.cron, s.step_days, s.lag_days, s.deadline, s.stale_after, w.value as loaded_through
  from ops.schedule s
  join catalog.dataset d on d.number = s.dataset
  left join ops.watermark w on w.dataset = s.dataset
  where d.number in (select dataset from catalog.told_to_anyone);

create or replace view status.freshness as
  select l.id as layer, d.id as dataset, r.number as release, r.published_at, r.data_through, c.checked_at,
    extract(epoch from s.stale_after)::double precision as stale_after,
    coalesce(c.checked_at < now() - s.stale_after, false) as stale
  from catalog.layer l
  join catalog.layer_reader m on m.layer = l.id and m.clearance = 0 and m.delay_days is null
  join catalog.layer_dataset ld on ld.layer = l.id and ld.role = 'shown'
  join catalog.dataset d on d.number = ld.dataset and d.audience = 'public'
  join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
  left join ops.schedule s on s.dataset = d.number
  left join lateral (
    select max(o.finished_at) as checked_at from ops.run o where o.dataset = d.number and o.status in ('published', 'unchanged')
  ) c on true;

------------------------------------------------------------------------------------------------------------ news

-- A running service hears of it at once.
create function catalog.tell_access() returns trigger language plpgsql as $$
begin
  perform pg_notify('hexwatch_access', '');
  return null;
end $$;
create trigger told after insert or update or delete on catalog.api_key for each statement execute function catalog.tell_access();
create trigger told after insert or update or delete on catalog.approval for each statement execute function catalog.tell_access();
create trigger told after insert or update or delete on catalog.audience_limit for each statement execute function catalog.tell_access();
create trigger told after insert or update or delete on catalog.layer_dataset for each statement execute function catalog.tell_access();
create trigger told after insert or update of audience, records_audience, areas_id on catalog.dataset for each statement
  execute function catalog.tell_access();
create trigger told after insert or update of audience on catalog.layer for each statement execute function catalog.tell_access();
