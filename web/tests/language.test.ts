import { expect, test } from "vitest";
import PAGE from "../map.html?raw";
import { FRENCH } from "../src/french";
import { FRENCH_FORMS, FRENCH_SERVICE } from "../src/french_service";

const FILES = import.meta.glob<string>(["../src/**/*.ts", "!../src/french*.ts"], { query: "?raw", import: "default", eager: true });
const WRITTEN = [...PAGE.matchAll(/aria-label="([^"]+)"|data-say>([^<]+)</g)].map(([, label, text]) => (label ?? text)!);
const SAID = [...Object.values(FILES).join("\n").matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)].map(([, sentence]) => sentence!);

test("whatever the page says, it says in French too", () => {
  expect(SAID.length).toBeGreaterThan(80);
  expect([...SAID, ...WRITTEN].filter((sentence) => !(sentence in FRENCH || sentence in FRENCH_SERVICE))).toEqual([]);
});

test("no number is lost on the way", () => {
  const holes = (text: string): string[] => [...text.matchAll(/\{\d\}/g)].map(String).sort();
  for (const [english, french] of Object.entries({ ...FRENCH, ...FRENCH_FORMS })) expect(holes(french), english).toEqual(holes(english));
});
