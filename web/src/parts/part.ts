/** What every block of the panel is: an element that can be told the layer and the view. */

import type { Layer, Question } from "../api";
import type { Change } from "../store";

export interface Part {
  element: HTMLElement;
  show(layer: Layer, question: Question): void;
}

export type Tell = (change: Change) => void;
