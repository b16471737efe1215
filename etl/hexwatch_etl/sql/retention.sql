-- name: boundary
-- The newest run that was believed at a moment: what was believed from it on can still be told afterwards.
select coalesce(max(o.id), 0)
from ops.run o left join catalog.release r on r.run = o.id
where o.dataset = %(dataset)s and o.status = 'published' and coalesce(r.published_at, o.finished_at) <= %(moment)s

-- name: beliefs
-- Everything that was no longer believed at the boundary. A sum of hashes does not depend on the order of rows.
with event as (
  delete from raw.event e where e.dataset = %(dataset)s and e.run_to <= %(boundary)s returning e::text as row
),
old_track as (
  select id from raw.track where dataset = %(dataset)s and run_to <= %(boundary)s
),
visit as (
  delete from raw.visit v using old_track o where v.track = o.id returning v::text as row
),
track as (
  delete from raw.track t using old_track o where t.id = o.id returning t::text as row
),
area as (
  delete from catalog.area a where a.dataset = %(dataset)s and a.run_to <= %(boundary)s returning a::text as row
),
gone as (
  select row from event union all select row from visit union all select row from track union all select row from area
)
select count(*), md5(coalesce(sum(hashtextextended(row, 0)::numeric), 0)::text || '/' || count(*)) from gone

-- name: forget
update catalog.dataset set remembers_from = %(boundary)s where number = %(dataset)s

-- name: refused
with run as (
  select id from ops.run where dataset = %(dataset)s and started_at <= %(moment)s
),
quarantine as (
  delete from raw.quarantine q using run where q.run = run.id returning q::text as row
),
remark as (
  delete from raw.remark m using run where m.run = run.id returning m::text as row
),
gone as (
  select row from quarantine union all select row from remark
)
select count(*), md5(coalesce(sum(hashtextextended(row, 0)::numeric), 0)::text || '/' || count(*)),
  (select coalesce(max(id), 0) from run)
from gone

-- name: pings
delete from raw.lake_day where dataset = %(dataset)s and day < %(day)s returning day, run, pings

-- name: pings_from
update catalog.dataset set pings_from = greatest(pings_from, %(day)s) where number = %(dataset)s

-- name: note
insert into ops.expired (dataset, what, days, through, rows, digest, files, code_version)
values (%(dataset)s, %(what)s, %(days)s, %(through)s, %(rows)s, %(digest)s, %(files)s, %(version)s)

-- name: ledger
select e.at, d.id as dataset, e.what, e.days, e.through, e.rows, e.digest, e.files, e.code_version
from ops.expired e join catalog.dataset d on d.number = e.dataset
where %(dataset)s::text is null or d.id = %(dataset)s
order by e.id
