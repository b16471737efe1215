-- What was granted, and who read what is not public: a record that is only added to.

-- squawk-ignore ban-drop-table
drop table ops.audit;  -- nothing has filled it

create schema audit;
create table audit.entry (
  id bigint primary key,
  at timestamptz not null,
  login text not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null,
  previous bytea not null,
  hash bytea not null
);
comment on table audit.entry is 'Grants, and reads of what is not public: only added to, each entry sealing the one before it.';

create function audit.seal(e audit.entry) returns bytea
  language sql immutable
  return sha256((e).previous || convert_to(jsonb_build_array(
    (e).id, extract(epoch from (e).at), (e).login, (e).actor, (e).action, (e).subject, (e).detail)::text, 'UTF8'));
comment on function audit.seal is 'What an entry''s hash must be.';

create function audit.chain() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(5209101);  -- one after the other
  select coalesce(max(id), 0) + 1 into new.id from audit.entry;
  new.previous := coalesce((select hash from audit.entry where id = new.id - 1), ''::bytea);
  new.at := clock_timestamp();
  new.login := session_user;
  new.hash := audit.seal(new);
  return new;
end $$;
create trigger chain before insert on audit.entry for each row execute function audit.chain();

create function audit.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'The audit is only added to.' using errcode = 'insufficient_privilege';
end $$;
create trigger refuse before update or delete or truncate on audit.entry for each statement execute function audit.refuse();

create function audit.note(actor text, action text, subject text, detail jsonb) returns void
  language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
  insert into audit.entry (actor, action, subject, detail) values (actor, action, subject, detail);
end;
comment on function audit.note is 'Add an entry; the one way in.';

create function audit.broken() returns table (id bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select e.id
  from (select x, x.id, lag(x.hash, 1, ''::bytea) over (order by x.id) as before, row_number() over (order by x.id) as place
    from audit.entry x) e
  where e.id <> e.place or (e.x).previous <> e.before or (e.x).hash <> audit.seal(e.x)
  order by e.id;
end;
comment on function audit.broken is 'Entries that are not as they were written, or whose neighbour is gone. Taking away the last ones shows only beside a hash kept elsewhere.';

create function audit.note_grant() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  changed jsonb := coalesce(to_jsonb(new), to_jsonb(old)) - 'hash';
begin
  if tg_table_name = 'dataset' then
    changed := jsonb_build_object('id', changed -> 'id', 'audience', changed -> 'audience', 'records_audience', changed -> 'records_audience');
  end if;
  insert into audit.entry (actor, action, subject, detail)
  values (coalesce(nullif(current_setting('hexwatch.actor', true), ''), session_user), lower(tg_op) || ' ' || tg_table_name,
    coalesce(changed ->> 'id', changed ->> 'dataset'), changed);
  return null;
end $$;

create trigger audited after insert or update or delete on catalog.api_key for each row execute function audit.note_grant();
create trigger audited after insert or update or delete on catalog.approval for each row execute function audit.note_grant();
create trigger audited after insert or update or delete on catalog.audience_limit for each row execute function audit.note_grant();
create trigger audited_new after insert on catalog.dataset for each row when (new.audience is not null)
  execute function audit.note_grant();
create trigger audited after update on catalog.dataset for each row
  when ((old.audience, old.records_audience) is distinct from (new.audience, new.records_audience))
  execute function audit.note_grant();
create trigger audited after update on catalog.layer for each row when (old.audience is distinct from new.audience)
  execute function audit.note_grant();

-- Where the record begins: to whom each dataset was served before anybody had to say so.
insert into audit.entry (actor, action, subject, detail)
select 'upgrade', 'found dataset', id, jsonb_build_object('audience', audience, 'records_audience', records_audience)
from catalog.dataset order by number;

revoke execute on function audit.note, audit.note_grant, audit.chain, audit.broken, audit.seal from public;
grant usage on schema audit to hexwatch_reader, hexwatch_etl;
grant execute on function audit.note to hexwatch_reader, hexwatch_etl;
grant execute on function audit.broken to hexwatch_etl;
grant select on audit.entry to hexwatch_etl;
