/** Ends the holds whose time is over. */
export abstract class HoldExpiry {
  /** @returns how many; safe to repeat */
  abstract expire(now: string, limit: number): Promise<number>;
}
