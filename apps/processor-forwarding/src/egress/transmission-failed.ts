/**
 * A call that did not do what it was for. `failure` is a word of ours, never the processor's text.
 *
 * `outcome`: `notSent` = nothing left this process; `rejected` = it arrived and had no effect; `unknown` = look first.
 */
export class TransmissionFailed extends Error {
  constructor(
    readonly failure: string,
    readonly outcome: 'notSent' | 'rejected' | 'unknown',
    readonly then: {
      /** May a later attempt fare better? */
      readonly retry: boolean;
      readonly retryAfterMs?: number;
      /** Our credentials were refused: no call will do better until a person acts. */
      readonly credentials?: boolean;
    },
  ) {
    super(failure);
    this.name = 'TransmissionFailed';
  }
}
