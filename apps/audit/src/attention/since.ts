/** Since when a fact holds that has no time of its own: since it was seen first. */
export class SinceSeen {
  private first: string | null = null;

  /** @returns `null` = it does not hold */
  when(holds: boolean, at: string): string | null {
    this.first = holds ? (this.first ?? at) : null;
    return this.first;
  }
}
