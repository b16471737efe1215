-- Nights of tracks, and the presence of tracks in cells: distinct counts cannot be made of facts, which are summed.

alter table raw.visit add column nights integer not null default 0;
comment on column raw.visit.nights is 'Whether local midnight at the end of the day found the track in the cell.';

create view hex.presence as
  select t.dataset, hex.resolution(v.cell) as resolution, v.cell as place, t.day, c.code as category, t.track
  from (
    select id, dataset, day, patrol_type, dense_rank() over (partition by dataset order by key)::integer as track
    from raw.track
    where run_to is null
  ) t
  join raw.visit v on v.track = t.id
  join catalog.category c on c.dataset = t.dataset and c.id = t.patrol_type;
comment on view hex.presence is 'Which track was in which cell on which day. Tracks are numbered anew at every read: the numbers tell tracks apart and name none.';

grant select on hex.presence to hexwatch_reader, hexwatch_etl;
