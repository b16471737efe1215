/** Numbers, days and ages as a reader expects them. */

import { locale, t, told } from "./language";
import { daysIn, isDay, type Span } from "./span";

const NUMBER = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const SMALL = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const EXACT = new Intl.NumberFormat(locale, { maximumFractionDigits: 12 });
const DATE = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const AGE = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

/** Whole numbers as they are; others with two decimals, and never a zero for something that is not. */
export function amount(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return t("no data");
  if (value !== 0 && Math.abs(value) < 0.005) return value > 0 ? "< 0.01" : "> −0.01";
  return Number.isInteger(value) || Math.abs(value) >= 1000 ? NUMBER.format(value) : SMALL.format(value);
}

/** With its sign, also a minus as typesetters write it. */
export function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${amount(value)}`.replace("-", "−");
}

export function area(km2: number): string {
  return `${km2 < 100 ? SMALL.format(km2) : NUMBER.format(km2)} km²`;
}

export function day(iso: string): string {
  return DATE.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
}

export function spanWords(span: Span): string {
  const days = daysIn(span);
  return `${daysWords(span)} (${days === 1 ? t("1 day") : t("{0} days", NUMBER.format(days))})`;
}

/** The same, where the length says nothing new. */
export function daysWords({ from, to }: Span): string {
  return from === to ? day(from) : t("{0} to {1}", day(from), day(to));
}

export function moment(iso: string): string {
  return `${MOMENT.format(new Date(iso))} UTC`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `troop_days` as a person writes it. */
export function plain(id: string): string {
  return id.replaceAll("_", " ");
}

/** How long ago, in the largest unit that fits. */
export function age(iso: string, now: number = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ["year", 31_557_600],
    ["month", 2_629_800],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const fit = units.find(([, size]) => Math.abs(seconds) >= size);
  return fit ? AGE.format(Math.round(seconds / fit[1]), fit[0]) : t("just now");
}

/** What the service says, in the reader's language and with its numbers and days as the reader writes them. */
export function serviceWords(sentence: string): string {
  return told(sentence, part);
}

function part(text: string): string {
  if (/^[\d,]+(\.\d+)?$/.test(text)) return EXACT.format(Number(text.replaceAll(",", "")));
  return isDay(text) ? day(text) : serviceWords(text);
}
