-- name: known
select key from hex.support where key = any(%(keys)s)

-- name: add
insert into hex.support (key) select unnest(%(keys)s::text[]) on conflict do nothing returning key, id

-- name: copy_cells
copy hex.support_cells (support, resolution, cells, weights) from stdin (format binary)

-- name: missing_cells
select unnest(%(cells)s::bigint[]) except select cell from hex.cell

-- name: stage_cells
create temporary table if not exists stage_cell (cell bigint, geom text) on commit delete rows

-- name: copy_stage_cells
copy stage_cell (cell, geom) from stdin (format binary)

-- name: add_cells
insert into hex.cell (cell, geom) select cell, st_setsrid(geom::geometry, 3857) from stage_cell on conflict do nothing
