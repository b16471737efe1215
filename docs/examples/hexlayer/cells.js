// What both pages read: the cells below one H3 parent, as Arrow columns.
const { tableFromIPC } = window.Arrow;
const asked = new URLSearchParams(location.search);
const service = asked.get("service") ?? "http://127.0.0.1:8080";

export async function chosenLayer() {
  const { layers } = await (await fetch(`${service}/layers`)).json();
  return layers.find((one) => one.id === asked.get("layer")) ?? layers[0];
}

// A release's addresses never change, so the browser keeps what it has.
export async function cellsBelow(layer, parent) {
  const address = `${service}/cells/${layer.id}/r${layer.release}/${parent}.arrow?cols=${layer.default_indicator}`;
  const answer = await fetch(address);
  if (answer.status !== 200) return [];
  const table = tableFromIPC(await answer.arrayBuffer());
  const [cells, values] = [table.getChild("h3").toArray(), table.getChild(layer.default_indicator)];
  // JavaScript's numbers cannot hold an index: it becomes text.
  return Array.from(cells, (cell, at) => ({ hex: cell.toString(16), value: values.get(at) }));
}
