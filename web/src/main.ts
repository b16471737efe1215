/** The map page: starts everything. */

import "maplibre-gl/dist/maplibre-gl.css";
import { Api } from "./api";
import { App } from "./app";
import { byId } from "./dom";
import { drawer } from "./parts/drawer";
import { language, t } from "./language";
import { onDark } from "./map/palette";
import { Store } from "./store";

// The page stands at <root>/map, also behind a proxy's path.
document.documentElement.lang = language;
for (const element of document.querySelectorAll("[data-say]")) element.textContent = t(element.textContent ?? "");
for (const element of document.querySelectorAll("[aria-label]")) element.ariaLabel = t(element.ariaLabel ?? "");

const root = new URL(".", location.origin + location.pathname);
const app = new App(new Api(root, onDark), new Store());

document.querySelector("[data-skip]")?.addEventListener("click", (event) => {
  // The address after # belongs to the view.
  event.preventDefault();
  app.focusMap();
});
drawer(document.querySelector<HTMLButtonElement>(".drawer-toggle")!, byId("panel"));
void app.run();
app.follow(new EventSource(new URL("live", root)));
