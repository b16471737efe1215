/** On a narrow screen the panel is a drawer behind one button. */

import { t } from "../language";

export function drawer(button: HTMLButtonElement, panel: HTMLElement): void {
  const narrow = matchMedia("(max-width: 760px)");
  const open = (yes: boolean): void => {
    button.setAttribute("aria-expanded", String(yes));
    button.textContent = yes ? t("Show the map") : t("Layers and dates");
    panel.classList.toggle("open", yes);
  };
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
  panel.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !narrow.matches) return;
    open(false);
    button.focus();
  });
  const fit = (): void => {
    button.hidden = !narrow.matches;
    open(false);
  };
  narrow.addEventListener("change", fit);
  fit();
}
