import { expect, test } from "vitest";
import { FRENCH } from "../src/french";

const FILES = import.meta.glob<string>(["../src/**/*.ts", "!../src/french.ts"], { query: "?raw", import: "default", eager: true });
const SAID = [...Object.values(FILES).join("\n").matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, sentence]) => sentence!);

test("whatever the page says, it says in French too", () => {
  expect(SAID.length).toBeGreaterThan(80);
  expect(SAID.filter((sentence) => !(sentence in FRENCH))).toEqual([]);
});

test("no number is lost on the way", () => {
  const holes = (text: string): string[] => [...text.matchAll(/\{\d\}/g)].map(String).sort();
  for (const [english, french] of Object.entries(FRENCH)) expect(holes(french), english).toEqual(holes(english));
});
