import { expect, test } from "vitest";
import { clamp, daysIn, lastMonths, laterHalf, monthEnd, monthOf, monthStart, step } from "../src/span";

const BOUNDS = { from: "1991-08-08", to: "2022-12-30" };

test("a window counts both its ends", () => {
  expect(daysIn({ from: "2014-01-01", to: "2014-12-31" })).toBe(365);
  expect(daysIn({ from: "2020-02-29", to: "2020-02-29" })).toBe(1);
});

test("a window is kept inside the layer's days", () => {
  expect(clamp({ from: "1980-01-01", to: "2014-05-01" }, BOUNDS)).toEqual({ from: "1991-08-08", to: "2014-05-01" });
  expect(clamp({ from: "2030-01-01" }, BOUNDS)).toEqual({ from: "2022-12-30", to: "2022-12-30" });
});

test("what is no day counts as not given", () => {
  expect(clamp({ from: "2014-13-01", to: "soon" }, BOUNDS)).toEqual(BOUNDS);
});

test("crossed ends are put in order", () => {
  expect(clamp({ from: "2015-01-01", to: "2014-01-01" }, BOUNDS)).toEqual({ from: "2014-01-01", to: "2015-01-01" });
});

test("whole months step by months, also over a leap February", () => {
  expect(step({ from: "2020-01-01", to: "2020-01-31" }, 1, BOUNDS)).toEqual({ from: "2020-02-01", to: "2020-02-29" });
  expect(step({ from: "2014-01-01", to: "2014-12-31" }, -1, BOUNDS)).toEqual({ from: "2013-01-01", to: "2013-12-31" });
});

test("other windows step by their length in days", () => {
  expect(step({ from: "2014-01-05", to: "2014-01-11" }, 1, BOUNDS)).toEqual({ from: "2014-01-12", to: "2014-01-18" });
});

test("there is no step beyond the data", () => {
  expect(step(BOUNDS, 1, BOUNDS)).toEqual(BOUNDS);
  expect(step({ from: "2022-12-01", to: "2022-12-30" }, 1, BOUNDS)).toEqual({ from: "2022-12-01", to: "2022-12-30" });
});

test("the last twelve months end with the data", () => {
  expect(lastMonths(12, BOUNDS)).toEqual({ from: "2021-12-31", to: "2022-12-30" });
  expect(lastMonths(12, { from: "2022-11-01", to: "2022-12-30" })).toEqual({ from: "2022-11-01", to: "2022-12-30" });
});

test("every month of the slider ends on the day before the next one begins", () => {
  for (let month = monthOf("1999-12-01"); month < monthOf("2001-04-01"); month++) {
    expect(monthOf(monthEnd(month))).toBe(month);
    expect(daysIn({ from: monthEnd(month), to: monthStart(month + 1) })).toBe(2);
  }
});

test("the later half leaves as many days before it", () => {
  expect(laterHalf({ from: "2021-01-01", to: "2021-01-10" })).toEqual({ from: "2021-01-06", to: "2021-01-10" });
  expect(laterHalf({ from: "2021-01-01", to: "2021-01-09" })).toEqual({ from: "2021-01-06", to: "2021-01-09" });
  expect(laterHalf({ from: "2021-01-01", to: "2021-01-01" })).toEqual({ from: "2021-01-01", to: "2021-01-01" });
});
