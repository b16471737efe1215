/** Only the newest run of a task may speak: starting another aborts the one before. */

import { aborted } from "./api";

type Task<A extends unknown[]> = (signal: AbortSignal, ...args: A) => Promise<void>;

export function latest<A extends unknown[]>(task: Task<A>, failed: (error: unknown) => void): (...args: A) => void {
  let running: AbortController | undefined;
  return (...args) => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    task(mine.signal, ...args).catch((error: unknown) => {
      if (!aborted(error) && !mine.signal.aborted) failed(error);
    });
  };
}

/** Wait for a pause: a slider sends a change per pixel. */
export function settled(wait: number, action: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };
}
