/** Runs work in sequence, in the order of the calls. A failure goes to its caller and does not delay the others. */
export class OneAtATime {
  private turn: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Resolves when all work so far is done. */
  async drained(): Promise<void> {
    await this.turn;
  }
}
