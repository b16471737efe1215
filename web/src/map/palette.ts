/** The base map's colours: quiet enough that only the hexagons speak. */

export interface Palette {
  water: string;
  land: string;
  coast: string;
  border: string;
  name: string;
  halo: string;
  mark: string;
  casing: string;
}

const LIGHT: Palette = {
  water: "#dbe5e8",
  land: "#f6f4ee",
  coast: "#8ea3ab",
  border: "#7d8a90",
  name: "#2c3b42",
  halo: "#f6f4ee",
  mark: "#0b2a33",
  casing: "#ffffff",
};

const DARK: Palette = {
  water: "#0e161a",
  land: "#1d272c",
  coast: "#4a5c64",
  border: "#71828a",
  name: "#c3ced3",
  halo: "#141c20",
  mark: "#ffffff",
  casing: "#0b1215",
};

const dark = matchMedia("(prefers-color-scheme: dark)");

export function palette(): Palette {
  return onDark() ? DARK : LIGHT;
}

export function onDark(): boolean {
  return dark.matches;
}

export function onPaletteChange(listener: () => void): void {
  dark.addEventListener("change", listener);
}
