import { expect, test } from "vitest";
import { age, amount, area, plain, signed, spanWords, serviceWords } from "../src/words";

test.each([
  [0, "0"],
  [1214, "1,214"],
  [0.826, "0.83"],
  [0.0004, "< 0.01"],
  [-0.0004, "> −0.01"],
  [12345.6, "12,346"],
  [null, "no data"],
  [Number.NaN, "no data"],
])("%s reads %s", (value, text) => {
  expect(amount(value)).toBe(text);
});

test("areas have the decimals that matter", () => {
  expect(area(252.903)).toBe("253 km²");
  expect(area(5.161)).toBe("5.16 km²");
});

test("a window says its days and its length", () => {
  expect(spanWords({ from: "2014-01-01", to: "2014-12-31" })).toBe("1 Jan 2014 to 31 Dec 2014 (365 days)");
  expect(spanWords({ from: "2014-01-01", to: "2014-01-01" })).toBe("1 Jan 2014 (1 day)");
});

test("an age is told in its largest unit", () => {
  const now = Date.parse("2026-11-22T17:00:00Z");
  expect(age("2026-11-22T15:00:00Z", now)).toBe("2 hours ago");
  expect(age("2026-11-21T17:00:00Z", now)).toBe("yesterday");
  expect(age("2026-11-22T16:59:50Z", now)).toBe("just now");
});

test("an identifier becomes words", () => {
  expect(plain("troop_days")).toBe("troop days");
});

test("a class keeps its edges in any language", () => {
  for (const label of ["1 to under 4.5", "under 1", "6.6 and more", "up to 3", "1 to 2", "any", "down by 1 to under 2.5", "Incidents (expected): change"]) expect(serviceWords(label)).toBe(label);
});

test("a change has its sign", () => {
  expect([3, -1.5, 0].map(signed)).toEqual(["+3", "−1.5", "0"]);
});

test("numbers and days in what the service says are written as elsewhere on the page", () => {
  const said = "deaths per hexagon of about 1,770 km², 2014-01-01 to 2014-12-31 less 2013-01-01 to 2013-12-31";
  expect(serviceWords(said)).toBe("deaths per hexagon of about 1,770 km², 1 Jan 2014 to 31 Dec 2014 less 1 Jan 2013 to 31 Dec 2013");
});
