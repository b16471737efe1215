/** Says that something is still on its way, and for machines too (`aria-busy`). */

export class Busy {
  #reasons = new Set<string>();

  constructor(
    private readonly bar: HTMLElement,
    private readonly region: HTMLElement,
  ) {}

  set(reason: string, busy: boolean): void {
    if (busy) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    const any = this.#reasons.size > 0;
    this.bar.hidden = !any;
    this.region.setAttribute("aria-busy", String(any));
  }
}
