/** Things to do with the view: keep it as a picture, copy its address, read the page in another language. */

import { fill, h, section } from "../dom";
import { language, speak, t } from "../language";

export interface ToolEvents {
  picture(): Promise<Blob>;
  tour(): void;
}

export class Tools {
  #said = h("p", { class: "help", role: "status" });
  readonly element: HTMLElement;

  constructor(private readonly events: ToolEvents) {
    this.element = section(
      t("This view"),
      h(
        "div",
        { class: "steps" },
        button(t("Save as picture"), () => void this.#save()),
        button(t("Copy the link"), () => void this.#copy()),
        button(t("Short tour"), () => events.tour()),
        button(language === "fr" ? "English" : "Français", () => speak(language === "fr" ? "en" : "fr")),
      ),
      this.#said,
    );
  }

  async #save(): Promise<void> {
    const address = URL.createObjectURL(await this.events.picture());
    h("a", { href: address, download: "hexwatch.png" }).click();
    this.#say(t("Saved as hexwatch.png."));
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      this.#say(t("Copied."));
    } catch {
      this.#say(t("The address bar has the link."));
    }
  }

  #say(text: string): void {
    fill(this.#said, text);
  }
}

function button(text: string, run: () => void): HTMLElement {
  const element = h("button", { type: "button" }, text);
  element.addEventListener("click", run);
  return element;
}
