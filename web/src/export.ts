/** The view as a picture for a briefing: map, title, window, legend, release and source in one PNG. */

import type { Layer, Legend, Question } from "./api";
import { t } from "./language";
import { daysWords, moment, serviceWords, spanWords } from "./words";

const [MARGIN, LINE] = [24, 22];
const FONT = 'system-ui, "Noto Sans", "DejaVu Sans", sans-serif';

export async function picture(map: HTMLCanvasElement, layer: Layer, question: Question, legend: Legend | null): Promise<Blob> {
  const rows = (legend?.classes.length ?? 0) + (legend?.states?.length ?? 0);
  const scale = Math.max(1, map.width / 1400);
  const head = 3.4 * LINE * scale;
  const foot = (rows * 0.95 + 4.6) * LINE * scale;
  const sheet = document.createElement("canvas");
  Object.assign(sheet, { width: map.width, height: map.height + head + foot });
  const pen = sheet.getContext("2d");
  if (!pen) throw new Error(t("This browser cannot draw pictures."));
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(map, 0, head);
  write(pen, scale, heading(layer, question), MARGIN * scale, 1.4 * LINE * scale);
  const below = map.height + head + 1.4 * LINE * scale;
  key(pen, scale, legend, MARGIN * scale, below);
  write(pen, scale, sources(layer), MARGIN * scale, below + (rows + 1) * 0.95 * LINE * scale);
  return await new Promise((done, failed) =>
    sheet.toBlob((blob) => (blob ? done(blob) : failed(new Error(t("The picture could not be made.")))), "image/png"),
  );
}

type Text = { text: string; bold?: boolean }[];

function heading(layer: Layer, question: Question): Text {
  const shown = layer.indicators.find(({ id }) => id === question.indicator);
  const synthetic = layer.synthetic ? ` · ${t("Synthetic data.")}` : "";
  return [
    { text: `${t(shown?.title ?? question.indicator)} · ${layer.title}${synthetic}`, bold: true },
    { text: [days(question), ...question.categories.map((id) => category(layer, id))].join(" · ") },
  ];
}

function days({ span, against }: Question): string {
  return against ? t("{0}, less {1}", daysWords(span), daysWords(against)) : spanWords(span);
}

function category(layer: Layer, wanted: string): string {
  return layer.categories.find(({ id }) => id === wanted)?.title ?? wanted;
}

function sources(layer: Layer): Text {
  const nobody = t("No colour is not quiet: nobody may have looked.");
  const release = t("Release {0} of {1}", layer.release, moment(layer.as_of));
  return [
    { text: `${nobody} ${t("Borders imply no opinion on any territory")}.` },
    { text: `${release} · ${layer.attribution} · Natural Earth · Hexwatch` },
  ];
}

function write(pen: CanvasRenderingContext2D, scale: number, lines: Text, x: number, y: number): void {
  pen.fillStyle = "#14242b";
  lines.forEach(({ text, bold }, at) => {
    pen.font = `${bold ? 650 : 400} ${(bold ? 17 : 13) * scale}px ${FONT}`;
    pen.fillText(text, x, y + at * LINE * scale, pen.canvas.width - 2 * x);
  });
}

function key(pen: CanvasRenderingContext2D, scale: number, legend: Legend | null, x: number, y: number): void {
  if (!legend) return;
  write(pen, scale, [{ text: `${serviceWords(legend.title)} · ${serviceWords(legend.note ?? legend.unit)}` }], x, y);
  legend.classes.forEach(({ label, color, opacity = 1 }, at) => {
    const top = y + (at + 0.35) * 0.95 * LINE * scale;
    pen.globalAlpha = opacity;
    pen.fillStyle = color;
    pen.fillRect(x, top, 22 * scale, 15 * scale);
    pen.globalAlpha = 1;
    write(pen, scale, [{ text: serviceWords(label) }], x + 32 * scale, top + 12 * scale);
  });
  const last = y + (legend.classes.length + 0.9) * 0.95 * LINE * scale;
  const states = (legend.states ?? []).map(({ label }) => ({ text: serviceWords(label) }));
  write(pen, scale * 0.95, states, x, last);
}
