-- A layer may know how many people live in its hexagons, from a raster of them.

-- The table has a row or two a layer: locking and checking it takes no time.
alter table catalog.layer_dataset
  -- squawk-ignore ban-drop-constraint
  drop constraint layer_dataset_role_check,
  -- squawk-ignore constraint-missing-not-valid
  add constraint layer_dataset_role_check check (role in ('shown', 'effort', 'access', 'population'));
