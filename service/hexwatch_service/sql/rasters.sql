-- name: layers
-- Every raster dataset that anybody may see, with its newest release and the files that are believed.
select d.id, d.title, d.attribution, d.licence, d.citation, d.synthetic, r.number as release, r.published_at, r.digest,
  (select jsonb_agg(jsonb_build_object('key', f.key, 'href', f.href, 'bounds', f.bounds, 'crs', f.crs, 'width', f.width,
      'height', f.height, 'resolution', f.resolution, 'dtype', f.dtype, 'nodata', f.nodata, 'bands', f.bands, 'class', f.class,
      'rendering', f.rendering, 'first', f.captured_from at time zone 'UTC', 'last', f.captured_to at time zone 'UTC')
    order by f.captured_to desc nulls last, f.key)
   from catalog.raster f where f.dataset = d.number and f.run_to is null) as files
from catalog.dataset d
join catalog.layer l on l.id = d.id
join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
where d.kind = 'raster' and l.id in (select layer from catalog.layer_audience)
order by d.title, d.id
