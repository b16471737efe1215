/** The page's words, and the service's own, in the reader's language; titles and terms of data stay as they are. */

import { FRENCH } from "./french";
import { FRENCH_FORMS, FRENCH_SERVICE } from "./french_service";

export type Language = "en" | "fr";

const WORDS: Record<Language, Record<string, string>> = { en: {}, fr: { ...FRENCH_SERVICE, ...FRENCH } };
const LOCALES: Record<Language, string> = { en: "en-GB", fr: "fr-FR" };
const KEPT = "hexwatch-language";

/** Forms of the service's sentences; each finds its parts in any language. */
const FORMS = Object.entries(FRENCH_FORMS).map(([english, french]) => ({
  parts: new RegExp(`^${english.replace(/\{\d\}/g, "(.+?)")}$`),
  words: { en: english, fr: french },
}));

export const language: Language = chosen();
export const locale = LOCALES[language];

/** The sentence in the reader's language, its `{0}`, `{1}` … filled in. */
export function t(sentence: string, ...values: (string | number)[]): string {
  return filled(WORDS[language][sentence] ?? sentence, values);
}

/** A sentence of the service in the reader's language, its parts said by `part`; one that is not known stays as it is. */
export function told(sentence: string, part: (text: string) => string): string {
  if (sentence in FRENCH_SERVICE) return t(sentence);
  for (const { parts, words } of FORMS) {
    const found = parts.exec(sentence);
    if (found) return filled(words[language], found.slice(1).map(part));
  }
  return t(sentence);
}

function filled(words: string, values: (string | number)[]): string {
  return words.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at)] ?? ""));
}

/** Read the page anew in another language. */
export function speak(wanted: Language): void {
  localStorage.setItem(KEPT, wanted);
  location.reload();
}

function chosen(): Language {
  const said = typeof localStorage === "undefined" ? null : localStorage.getItem(KEPT);
  const wanted = said ?? (typeof navigator === "undefined" ? "en" : navigator.language);
  return wanted.startsWith("fr") ? "fr" : "en";
}
