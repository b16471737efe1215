import { expect, test } from "vitest";
import type { Layer } from "../src/api";
import { query } from "../src/api";
import { besideOf, questionOf, readHash, type View, writeHash } from "../src/view";

const VIEW: View = {
  camera: { zoom: 6.25, lat: -4.5, lon: 20.9 },
  layer: "ucdp-caf",
  indicator: "deaths",
  from: "2014-01-01",
  to: "2014-12-31",
  categories: ["one-sided", "état & co"],
  cell: "856b888bfffffff",
  scale: { from: "2014-03-01", to: "2014-03-31" },
  beside: "year",
  how: "swipe",
  pictures: { floods: { opacity: 0.5, day: "2024-03-01" }, people: { opacity: 1 } },
};

const LAYER = {
  id: "ucdp-caf",
  indicators: [{ id: "incidents" }, { id: "deaths" }],
  default_indicator: "incidents",
  categories: [{ id: "one-sided" }, { id: "state-based" }],
  window: ["2020-01-01", "2022-12-30"],
  data_from: "1991-08-08",
  data_through: "2022-12-30",
} as Layer;

test("a link restores the view it was made from", () => {
  expect(readHash(writeHash(VIEW))).toEqual(VIEW);
});

test("an empty link asks for nothing", () => {
  expect(readHash("")).toMatchObject({ categories: [] });
  expect(writeHash({ categories: [] })).toBe("#");
});

test.each(["#map=a/b/c", "#map=5", "#map=5/95/10", "#map=-1/0/0", "#from=2014-02-31", "#cell=<script>"])(
  "%s makes no sense and is left out",
  (hash) => {
    expect(readHash(hash)).toMatchObject({ camera: undefined, from: undefined, cell: undefined });
  },
);

test("what the layer does not know falls back to its defaults", () => {
  const question = questionOf({ categories: ["one-sided", "gone"], indicator: "gone", from: "1900-01-01" }, LAYER);
  expect(question).toEqual({
    layer: "ucdp-caf",
    indicator: "incidents",
    span: { from: "1991-08-08", to: "2022-12-30" },
    categories: ["one-sided"],
  });
});

test("a reader who chose no window gets the layer's own", () => {
  expect(questionOf({ categories: [] }, LAYER).span).toEqual({ from: "2020-01-01", to: "2022-12-30" });
});

test("all categories are asked for by naming none", () => {
  expect(query(questionOf({ categories: [] }, LAYER))).toBe("datetime=2020-01-01%2F2022-12-30");
  expect(query(questionOf({ categories: ["one-sided"] }, LAYER))).toContain("category=one-sided");
});

test("a window is compared with earlier days only where there are data of all of them", () => {
  const view = { categories: [], beside: "year", from: "2014-02-01", to: "2014-02-28" };
  expect(besideOf(view, LAYER, [LAYER])).toMatchObject({
    span: { from: "2013-02-01", to: "2013-02-28" },
    scale: { from: "2014-02-01", to: "2014-02-28" },
  });
  expect(besideOf({ ...view, from: "1992-01-01", to: "1992-12-31" }, LAYER, [LAYER])).toBeUndefined();
});

test("other days may be named, and then as what they changed", () => {
  const view: View = { categories: [], beside: "2013-02-01/2013-02-28", from: "2014-02-01", to: "2014-02-28", scale: VIEW.scale };
  expect(besideOf(view, LAYER, [LAYER])?.span).toEqual({ from: "2013-02-01", to: "2013-02-28" });
  const change = questionOf({ ...view, how: "change" }, LAYER);
  expect(change).toMatchObject({ against: { from: "2013-02-01", to: "2013-02-28" }, scale: undefined });
  expect(besideOf({ ...view, how: "change" }, LAYER, [LAYER])).toBeUndefined();
  expect(questionOf({ ...view, how: "change", beside: "patrols" }, LAYER).against).toBeUndefined();
});

test("without pictures there is nothing to compare with them", () => {
  expect(besideOf({ categories: [], beside: "bare" }, LAYER, [LAYER])).toBeUndefined();
  expect(besideOf({ ...VIEW, how: undefined, beside: "bare" }, LAYER, [LAYER])?.layer).toBe(LAYER.id);
});

test("another layer stands beside on the same days, or on all of its own", () => {
  const other = { ...LAYER, id: "patrols", data_from: "2020-01-01" };
  const view = { categories: ["one-sided"], beside: "patrols", from: "2020-05-01", to: "2020-05-31" };
  const found = besideOf(view, LAYER, [LAYER, other]);
  expect(found).toMatchObject({ layer: "patrols", indicator: "incidents", span: { from: "2020-05-01", to: "2020-05-31" } });
  expect(besideOf({ ...view, from: "2001-01-01", to: "2001-01-31" }, LAYER, [LAYER, other])?.span.from).toBe("2020-01-01");
});
