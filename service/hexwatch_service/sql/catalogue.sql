-- name: layers
-- Every layer that anybody may see, with its newest release; who may is said by catalog.layer_reader.
select l.id, l.title, l.indicators, l.minzoom, l.maxzoom, l.window_from, l.window_to,
  d.number as dataset, d.kind, least(d.base_resolution, e.base_resolution, a.base_resolution, p.base_resolution) as base_resolution,
  e.number as effort, a.number as access, p.number as population, la.categories as denials, d.attribution, d.licence, d.citation, d.synthetic,
  r.number as release, r.published_at, r.data_from, r.data_through, r.bounds, r.digest,
  (select jsonb_object_agg(c.id, c.code) from catalog.category c where c.dataset = d.number) as categories
from catalog.layer l
join catalog.layer_dataset ld on ld.layer = l.id and ld.role = 'shown'
join catalog.dataset d on d.number = ld.dataset
left join catalog.layer_dataset le on le.layer = l.id and le.role = 'effort'
left join catalog.dataset e on e.number = le.dataset
left join catalog.layer_dataset la on la.layer = l.id and la.role = 'access'
left join catalog.dataset a on a.number = la.dataset
left join catalog.layer_dataset lp on lp.layer = l.id and lp.role = 'population'
left join catalog.dataset p on p.number = lp.dataset
join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
where l.id in (select layer from catalog.layer_audience) and r.data_from is not null
order by l.title, l.id
