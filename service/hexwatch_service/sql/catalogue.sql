-- name: layers
-- Every public layer with its newest release. Restricted ones do not exist here until access control is there.
select l.id, l.title, l.indicators, l.minzoom, l.maxzoom, l.window_from, l.window_to,
  d.number as dataset, d.kind, d.base_resolution, d.attribution, d.licence, d.citation, d.synthetic,
  r.number as release, r.published_at, r.data_from, r.data_through, r.bounds, r.digest,
  array(select name from catalog.measure m where m.dataset = d.number order by position) as measures,
  (select jsonb_object_agg(c.id, c.code) from catalog.category c where c.dataset = d.number) as categories
from catalog.layer l
join catalog.layer_dataset ld on ld.layer = l.id
join catalog.dataset d on d.number = ld.dataset
join lateral (select * from catalog.release r where r.layer = l.id order by r.number desc limit 1) r on true
where l.audience = 'public' and d.audience = 'public' and r.data_from is not null
order by l.title, l.id
