// Few pictures at once: a browser opens six connections to a server, and what a person does must not wait for pictures.

/** Lets `max` loads run at once, in the order in which they were asked for. */
export class LoadSlots {
  private running = 0;
  private waiting: (() => void)[] = [];

  constructor(private readonly max: number) {}

  /** Calls `start` when it is its turn. Call what comes back when it is done, or not wanted any more. */
  ask(start: () => void): () => void {
    let state: 'waiting' | 'running' | 'over' = 'waiting';
    const begin = () => {
      state = 'running';
      this.running += 1;
      start();
    };
    this.waiting.push(begin);
    this.next();
    return () => {
      if (state === 'running') this.running -= 1;
      this.waiting = this.waiting.filter((other) => other !== begin);
      state = 'over';
      this.next();
    };
  }

  private next(): void {
    while (this.running < this.max) {
      const begin = this.waiting.shift();
      if (!begin) return;
      begin();
    }
  }
}
