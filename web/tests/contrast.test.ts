import { expect, test } from "vitest";
import CSS from "../src/style/colours.css?raw";

const SCHEMES = CSS.split("@media").map(colours);
const PAIRS = [
  ["ink", "paper"], ["ink", "raised"], ["ink", "tint"], ["soft", "paper"], ["soft", "raised"], ["soft", "tint"],
  ["accent", "paper"], ["accent", "raised"], ["on-accent", "accent"], ["on-synthetic", "synthetic"], ["wrong", "wrong-ground"],
  ["wrong", "raised"],
] as const;

function colours(css: string): Map<string, string> {
  return new Map([...css.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]));
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!);
}

function contrast(one: string, other: string): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high! + 0.05) / (low! + 0.05);
}

test.each(["light", "dark"])("text can be read in the %s scheme (4.5 : 1), and edges be seen (3 : 1)", (name) => {
  const scheme = SCHEMES[name === "light" ? 0 : 1]!;
  for (const [text, ground] of PAIRS) {
    expect(contrast(scheme.get(text)!, scheme.get(ground)!), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
  expect(contrast(scheme.get("edge")!, scheme.get("raised")!), "edge on raised").toBeGreaterThanOrEqual(3);
});
