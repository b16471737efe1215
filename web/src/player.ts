/** Plays windows one after another: the next frame comes when the last one is drawn, and not before its time. */

import type { Span } from "./span";

const FRAME = 650;

export class Player {
  #run = 0;

  constructor(
    private readonly show: (span: Span) => void,
    private readonly drawn: () => Promise<void>,
    private readonly changed: (playing: boolean) => void,
  ) {}

  get playing(): boolean {
    return this.#run !== 0;
  }

  stop(): void {
    if (!this.playing) return;
    this.#run = 0;
    this.changed(false);
  }

  async play(frames: Span[]): Promise<void> {
    const mine = (this.#run = performance.now() + Math.random());
    this.changed(true);
    for (const frame of frames) {
      const earliest = new Promise((done) => setTimeout(done, FRAME));
      this.show(frame);
      await Promise.all([this.drawn(), earliest]);
      if (this.#run !== mine) return;
    }
    this.stop();
  }
}
