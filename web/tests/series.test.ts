import { expect, test } from "vitest";
import type { Layer, Series } from "../src/api";
import { barsOf, busiest, measureOf, total, touches } from "../src/series";

const SERIES: Series = {
  step: "month", window: ["2024-01-10", "2024-03-20"], release: 1, attribution: "",
  periods: ["2024-01-10", "2024-02-01", "2024-03-01"],
  measures: { deaths: { precise: [1, 0, 2], spread: [0, 0.5, 0] }, events: { precise: [1, 2, 3], spread: [1, 9, 0], unplaced: [0, 1, 0] } },
};

test("bars follow one another and end with the window", () => {
  const spans = barsOf(SERIES, "events").map(({ span }) => [span.from, span.to]);
  expect(spans).toEqual([["2024-01-10", "2024-01-31"], ["2024-02-01", "2024-02-29"], ["2024-03-01", "2024-03-20"]]);
});

test("the busiest period counts what is on no hexagon too", () => {
  expect(busiest(barsOf(SERIES, "events"))?.from).toBe("2024-02-01");
  expect(total(barsOf(SERIES, "events")[1]!)).toBe(12);
});

test("an indicator shows the measure it is made of", () => {
  const layer = { indicators: [{ id: "deaths", needs: ["deaths"] }, { id: "odd", needs: ["nothing"] }] } as Layer;
  expect([measureOf(SERIES, layer, "deaths"), measureOf(SERIES, layer, "odd")]).toEqual(["deaths", "deaths"]);
});

test("a window touches a bar by a single day", () => {
  const [first] = barsOf(SERIES, "events");
  expect(touches(first!, { from: "2024-01-31", to: "2024-05-01" })).toBe(true);
  expect(touches(first!, { from: "2024-02-01", to: "2024-05-01" })).toBe(false);
});
