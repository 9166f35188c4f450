/**
 * A call to a processor that failed. `failure` is an internal code, never the processor's text.
 *
 * `outcome`: `notSent` = nothing was sent; `rejected` = it arrived and had no effect; `unknown` = it may have had its
 * effect, so ask the processor before sending again.
 */
export class TransmissionFailed extends Error {
  constructor(
    readonly failure: string,
    readonly outcome: 'notSent' | 'rejected' | 'unknown',
    readonly then: {
      /** Whether a later attempt may succeed. */
      readonly retry: boolean;
      readonly retryAfterMs?: number;
      /** The shop's credentials were refused: no call succeeds until an operator acts. */
      readonly credentials?: boolean;
    },
  ) {
    super(failure);
    this.name = 'TransmissionFailed';
  }
}

/** Returns a caught `TransmissionFailed` as a result; rethrows any other error, which is a defect of this process. */
export const transmissionFailure = (error: unknown): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  throw error;
};
