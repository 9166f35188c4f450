/** What a processor's own staff may do to a payment, without the shop. `forget`: it is not known any more. */
export const acts = ['cancel', 'capture', 'refund', 'forget'] as const;
export type Act = (typeof acts)[number];

export type ActOutcome = 'done' | 'unknown' | 'impossible';

/** A processor whose staff can act. */
export interface ActingProcessor {
  /** @param amountMinor of a refund or a capture; `null` = all of it */
  act(id: string, act: Act, amountMinor: number | null): ActOutcome;
}

export const wholeAmount = (value: unknown): number | null =>
  Number.isInteger(value) && (value as number) > 0 ? (value as number) : null;
