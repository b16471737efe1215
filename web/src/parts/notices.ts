/** Sentences above the map: what is synthetic, missing or wrong, each told once. */

import { h } from "../dom";

export interface Notice {
  tone: "synthetic" | "wrong" | "plain";
  title: string;
  text: string;
  code?: string;
  action?: { label: string; run(): void };
}

export class Notices {
  #shown = new Map<string, HTMLElement>();

  constructor(private readonly element: HTMLElement) {}

  show(id: string, notice: Notice): void {
    const fresh = build(notice);
    const old = this.#shown.get(id);
    if (old) old.replaceWith(fresh);
    else this.element.append(fresh);
    this.#shown.set(id, fresh);
  }

  clear(id: string): void {
    this.#shown.get(id)?.remove();
    this.#shown.delete(id);
  }
}

function build({ tone, title, text, code, action }: Notice): HTMLElement {
  const role = tone === "wrong" ? "alert" : "status";
  const body = h("p", {}, h("strong", {}, title), " ", text, " ", code ? h("code", {}, code) : null);
  const notice = h("div", { class: `notice ${tone}`, role }, body);
  if (action) {
    const button = h("button", { type: "button" }, action.label);
    button.addEventListener("click", () => action.run());
    notice.append(button);
  }
  return notice;
}
