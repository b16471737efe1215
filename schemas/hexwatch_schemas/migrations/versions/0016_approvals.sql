-- An approval is of the inputs that its person knew: where a layer gets another one, it no longer counts.

alter table catalog.approval add column datasets integer[];
update catalog.approval p set datasets = array(select i.dataset from catalog.layer_input i where i.layer = p.layer order by 1);
comment on column catalog.approval.datasets is 'The inputs as the person knew them: where another one is added, the approval no longer counts.';

create or replace view catalog.layer_audience as
  select i.layer, greatest(i.own, case when p.inputs >= i.inputs and i.datasets <@ p.datasets then p.audience else i.inputs end)::smallint as rank,
    i.inputs::smallint as inputs
  from (
    select l.id as layer, coalesce(o.rank, 0) as own, max(a.rank) as inputs, array_agg(i.dataset) as datasets
    from catalog.layer l
    left join catalog.audience o on o.name = l.audience
    join catalog.layer_input i on i.layer = l.id
    join catalog.dataset d on d.number = i.dataset
    left join catalog.audience a on a.name = d.audience
    group by l.id, o.rank
    having bool_and(a.rank is not null)
  ) i
  left join lateral (
    select a.rank as audience, n.rank as inputs, coalesce(p.datasets, '{}') as datasets
    from catalog.approval p
    join catalog.audience a on a.name = p.audience
    join catalog.audience n on n.name = p.inputs
    where p.layer = i.layer and p.withdrawn_at is null
    order by p.id desc limit 1
  ) p on true;
