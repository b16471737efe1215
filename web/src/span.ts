/** Windows of days: both ends belong to the window, days are ISO texts in UTC. */

export interface Span {
  from: string;
  to: string;
}

const DAY = 86_400_000;

/** Whether a text is a day of the calendar: 31 February is none, though `Date` takes it for 3 March. */
export function isDay(text: string | null | undefined): text is string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text ?? "")) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text as string);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

export function daysIn({ from, to }: Span): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY) + 1;
}

/** The part of `span` inside `bounds`; ends that are missing or crossed fall back to the bounds. */
export function clamp(span: Partial<Span>, bounds: Span): Span {
  const from = isDay(span.from) ? between(span.from, bounds) : bounds.from;
  const to = isDay(span.to) ? between(span.to, bounds) : bounds.to;
  return from <= to ? { from, to } : { from: to, to: from };
}

/** The neighbouring window of the same length; it stops at the bounds. Whole months step by months. */
export function step(span: Span, direction: 1 | -1, bounds: Span): Span {
  const moved = monthsOf(span) ?? daysAfter;
  const next = moved(span, direction);
  const inside = next.from <= bounds.to && next.to >= bounds.from;
  return inside ? clamp(next, bounds) : span;
}

/** The same days a year earlier; 29 February becomes the 28th. */
export function yearBefore({ from, to }: Span): Span {
  const [first, last] = [shiftMonths(from, -12), shiftMonths(to, -12)];
  const whole = to === monthEnd(monthOf(to));
  return { from: first, to: whole ? monthEnd(monthOf(to) - 12) : last };
}

export function lastMonths(months: number, bounds: Span): Span {
  const start = addDays(bounds.to, 1);
  return clamp({ from: shiftMonths(start, -months), to: bounds.to }, bounds);
}

/** The second of two windows of the same length that end with the last day. */
export function laterHalf({ from, to }: Span): Span {
  return { from: addDays(to, 1 - Math.max(1, Math.floor(daysIn({ from, to }) / 2))), to };
}

/** Months since year 0: the slider's unit. */
export function monthOf(day: string): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
}

export function monthStart(month: number): string {
  const year = String(Math.floor(month / 12)).padStart(4, "0");
  return `${year}-${String((month % 12) + 1).padStart(2, "0")}-01`;
}

export function monthEnd(month: number): string {
  return addDays(monthStart(month + 1), -1);
}

function between(day: string, bounds: Span): string {
  if (day < bounds.from) return bounds.from;
  return day > bounds.to ? bounds.to : day;
}

function daysAfter(span: Span, direction: 1 | -1): Span {
  const days = daysIn(span) * direction;
  return { from: addDays(span.from, days), to: addDays(span.to, days) };
}

/** How to move a window of whole months, or nothing where it is none. */
function monthsOf({ from, to }: Span): typeof daysAfter | undefined {
  const [first, last] = [monthOf(from), monthOf(to)];
  if (from !== monthStart(first) || to !== monthEnd(last)) return undefined;
  const months = last - first + 1;
  return (_, direction) => ({
    from: monthStart(first + months * direction),
    to: monthEnd(last + months * direction),
  });
}

function shiftMonths(day: string, months: number): string {
  const start = monthStart(monthOf(day) + months);
  const lastDay = monthEnd(monthOf(day) + months);
  const same = start.slice(0, 8) + day.slice(8);
  return same > lastDay ? lastDay : same;
}
