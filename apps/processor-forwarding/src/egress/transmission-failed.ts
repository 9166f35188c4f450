/**
 * A call to a processor that failed. `failure` is a code of ours, never the processor's text.
 *
 * `outcome`: `notSent` = nothing left this process; `rejected` = it arrived and had no effect; `unknown` = it may have had
 * its effect, so ask the processor before sending it again.
 */
export class TransmissionFailed extends Error {
  constructor(
    readonly failure: string,
    readonly outcome: 'notSent' | 'rejected' | 'unknown',
    readonly then: {
      /** May a later attempt succeed? */
      readonly retry: boolean;
      readonly retryAfterMs?: number;
      /** Our credentials were refused: no call succeeds until a person acts. */
      readonly credentials?: boolean;
    },
  ) {
    super(failure);
    this.name = 'TransmissionFailed';
  }
}

/** For what a call threw: a failed transmission is a result, anything else is our own error and is thrown on. */
export const transmissionFailure = (error: unknown): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  throw error;
};
