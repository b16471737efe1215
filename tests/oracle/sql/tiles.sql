-- name: hexagons
select st_asmvt(t, %(layer)s, %(extent)s, 'geom') as tile
from (
  select hex.cell_to_text(v.cell) as h3{names},
    st_asmvtgeom(c.geom, st_tileenvelope(%(z)s, %(x)s, %(y)s), %(extent)s, %(buffer)s, true) as geom
  from unnest(%(cells)s::bigint[]{arrays}) as v (cell{names})
  join hex.cell c on c.cell = v.cell
  where c.geom && st_tileenvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s)
  order by v.cell
) t
where geom is not null
