-- A layer may have more than one dataset: what it shows, where somebody looked, where nobody could go.

-- The table has a row or two a layer: locking and checking it takes no time.
alter table catalog.layer_dataset
  add column role text not null default 'shown' check (role in ('shown', 'effort', 'access')),
  add column categories text[],
  -- squawk-ignore ban-drop-constraint
  drop constraint layer_dataset_pkey,
  -- squawk-ignore constraint-missing-not-valid, adding-serial-primary-key-field
  add primary key (layer, role);
comment on column catalog.layer_dataset.role is 'What the dataset is to the layer; one of each.';
comment on column catalog.layer_dataset.categories is 'Of access: the categories that deny it; null: all.';

-- The cells that should be visited, of the layer's base resolution. An array: they are read as a whole or not at all.
create table hex.required (
  layer text primary key references catalog.layer,
  areas integer not null references catalog.dataset (number),
  keys text[],
  cells bigint[] not null
);
comment on column hex.required.keys is 'The areas of the dataset that are meant; null: all.';

grant select on hex.required to hexwatch_reader;
grant select, insert, update, delete on hex.required to hexwatch_etl;
