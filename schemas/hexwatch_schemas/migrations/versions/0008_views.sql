-- Hexagons for who reads the database directly: a view of each layer, its numbers those of the layer's own window.
create schema layers;
comment on schema layers is 'A view of each public layer: cells as text, outlines in EPSG:3857, and what the window holds.';

create function layers.draw(of_dataset integer) returns void
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
      select d.base_resolution as resolution, coalesce(l.window_from, r.data_from) as first_day,
        coalesce(l.window_to, r.data_through) as last_day
      from catalog.dataset d
      join catalog.layer l on l.id = d.id and l.audience = 'public'
      join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
      where d.number = %2$s and d.audience = 'public'
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
  execute format('grant select on layers.%I to hexwatch_reader, hexwatch_etl', named);
end $draw$;
comment on function layers.draw is 'Makes the view of a dataset''s own layer, where its measures are not those of the view that is there.';
revoke execute on function layers.draw from public;
grant execute on function layers.draw to hexwatch_etl;
grant usage on schema layers to hexwatch_etl, hexwatch_reader;

select layers.draw(number) from catalog.dataset where kind in ('events', 'tracks');
