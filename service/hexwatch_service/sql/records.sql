-- name: collections
select * from records.collection order by title, id

-- name: measures
select dataset, position, name, title, unit, scale from catalog.measure order by dataset, position

-- name: page
-- Whatever is asked: {columns} are expressions of the collection, {condition} binds all values.
select {columns}, st_asbinary({geometry}) as geom
from {relation} where {condition} order by {order} limit {limit} offset {offset}

-- name: count
select count(*) as matched from {relation} where {condition}

-- name: tile
with drawn as (
  select {columns}, st_asmvtgeom(st_transform({geometry}, 3857), st_tileenvelope({z}, {x}, {y}), 4096, 64) as geom
  from {relation}
  where {condition} and {geometry} && st_transform(st_tileenvelope({z}, {x}, {y}, margin => 0.015625), 4326)
  limit {limit}
)
select st_asmvt(drawn, {name}, 4096, 'geom') as tile from drawn where geom is not null
