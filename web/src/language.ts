/** The page's words in the reader's language; the service's own texts stay as they are. */

import { FRENCH } from "./french";

export type Language = "en" | "fr";

const WORDS: Record<Language, Record<string, string>> = { en: {}, fr: FRENCH };
const LOCALES: Record<Language, string> = { en: "en-GB", fr: "fr-FR" };
const KEPT = "hexwatch-language";

export const language: Language = chosen();
export const locale = LOCALES[language];

/** The sentence in the reader's language, its `{0}`, `{1}` … filled in. */
export function t(sentence: string, ...values: (string | number)[]): string {
  const words = WORDS[language][sentence] ?? sentence;
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
