-- name: collections
select * from records.collection order by title, id

-- name: measures
select dataset, position, name, title, unit, scale from catalog.measure order by dataset, position

-- name: page
-- Whatever is asked: {columns} are expressions of the collection, {condition} binds all values.
select {columns}, st_asbinary({geometry}) as geom, {first_day} as first_day, {last_day} as last_day
from {relation} where {condition} order by {order} limit {limit} offset {offset}

-- name: count
select count(*) as matched from {relation} where {condition}

-- name: tile
-- Those of the {box} that matter first, up to the {limit}; each is cut and simplified to what the tile can show before it
-- is projected. What is too small to be drawn has no place in it.
with drawn as (
  select {columns}, st_asmvtgeom(
    st_transform(st_simplify(st_clipbybox2d({geometry}, {box}), {tolerance}, true), 3857),
    st_tileenvelope({z}, {x}, {y}), {side}, {buffer}
  ) as geom
  from {relation} where {condition} order by {foremost} limit {limit}
)
select st_asmvt(drawn, {name}, {side}, 'geom') as tile from drawn where geom is not null
