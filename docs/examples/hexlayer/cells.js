// What both pages read: the cells below one H3 parent, as Arrow columns.
import { tableFromIPC } from "apache-arrow";

export async function chosenLayer() {
  const { layers } = await (await fetch("/layers")).json();
  return layers.find((one) => one.id === new URLSearchParams(location.search).get("layer")) ?? layers[0];
}

// A release's addresses never change, so the browser keeps what it has.
export async function cellsBelow(layer, parent) {
  const answer = await fetch(`/cells/${layer.id}/r${layer.release}/${parent}.arrow?cols=${layer.default_indicator}`);
  if (answer.status !== 200) return [];
  const table = tableFromIPC(await answer.arrayBuffer());
  const [cells, values] = [table.getChild("h3").toArray(), table.getChild(layer.default_indicator)];
  // JavaScript's numbers cannot hold an index: it becomes text.
  return Array.from(cells, (cell, at) => ({ hex: cell.toString(16), value: values.get(at) }));
}
