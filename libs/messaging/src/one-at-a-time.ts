/** Runs what it is given one after another, in the order given; a failure is the caller's and holds nobody up. */
export class OneAtATime {
  private turn: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Resolves when all that was given so far is done. */
  async drained(): Promise<void> {
    await this.turn;
  }
}
