-- name: database
-- Which database this is, among all there ever were: a copy under another name is another one.
select s.system_identifier || '-' || d.oid as identity
from pg_control_system() s, pg_database d where d.datname = current_database()

-- name: one_moment
set transaction isolation level repeatable read read only

-- name: hold_facts
-- Before the first look, which fixes the moment: a partition that is swapped in later would look empty from then on.
lock table only hex.fact in access share mode

-- name: newest
select max(number) from catalog.release where layer = {layer}

-- name: measures
-- A measure of effort that is called like one of the layer's own gets another name.
select case when m.dataset <> {shown} and exists (
    select from catalog.measure o where o.dataset = {shown} and o.name = m.name
  ) then 'effort_' || m.name else m.name end as name, m.scale, m.position + {shift} as position
from catalog.measure m where m.dataset = {dataset} order by m.position

-- name: facts
-- Of precise facts only those at the base resolution: the coarser ones are their sums.
select place, day_from, day_to, category + {shift} as category, measure + {shift} as measure, amount
from {facts} as f
where dataset = {dataset} and placement = {placement} and resolution = {resolution}

-- name: presence
select place, day, category + {shift} as category, track
from {presence} as p
where dataset = {dataset} and resolution = {resolution}

-- name: denied
-- A denial known to an area closes the whole of it.
select f.place, f.day_from, f.day_to
from {facts} as f join catalog.category c on c.dataset = f.dataset and c.code = f.category
where f.dataset = {dataset} and f.placement = 'p' and f.resolution = {resolution}
  and ({denials}::text[] is null or c.id = any({denials}::text[]))
union
select u.cell, f.day_from, f.day_to
from {facts} as f
join catalog.category c on c.dataset = f.dataset and c.code = f.category
join hex.support_cells s on s.support = f.place and s.resolution = {resolution}
cross join lateral unnest(s.cells) as u (cell)
where f.dataset = {dataset} and f.placement = 's'
  and ({denials}::text[] is null or c.id = any({denials}::text[]))
order by 1, 2

-- name: facts_as_of
-- In the place of hex.fact: what a run believed.
(select {dataset} as dataset, placement, case when placement = 'p' then {resolution} else -1 end as resolution, place, day_from,
  day_to, category, measure, amount from hex.fact_as_of({dataset}, {run}, {resolution}))

-- name: presence_as_of
(select {dataset} as dataset, {resolution} as resolution, place, day, category, track
from hex.presence_as_of({dataset}, {run}, {resolution}))

-- name: required
select unnest(cells) as place from hex.required where layer = {layer} order by 1

-- name: people
-- A stock, which has no days: who lives somewhere lives there in every window.
select f.place, (sum(f.amount)::float8 / m.scale) as people
from hex.fact f join catalog.measure m on m.dataset = f.dataset and m.position = f.measure and m.name = 'population'
where f.dataset = {dataset} and f.placement = 'p' and f.resolution = {resolution}
group by f.place, m.scale order by f.place

-- name: is_additive
-- Has every release since one that is held said what it added?
select coalesce(bool_and(a.run is not null), false)
from catalog.release r left join hex.addition a on a.run = r.run
where r.layer = {layer} and r.number > {since}

-- name: added
select f.place, f.day_from, f.day_to, f.category, f.measure, f.amount
from catalog.release r
join hex.addition a on a.run = r.run and a.dataset = {dataset}
join hex.added_fact f on f.run = a.run
where r.layer = {layer} and r.number > {since}

-- name: shares
select c.support, c.cells, c.weights
from hex.support_cells c
where c.resolution = {resolution}
  and c.support in (select place from {facts} as f where dataset = {dataset} and placement = 's')
order by c.support
