import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { ForwardingTuning } from '../processor-forwarding.config.js';
import type { Turn } from './turn.js';

/** How an item that failed may be tried again. */
export interface Retry {
  readonly delayMs: number;
  /** Does it use up an attempt? Refused credentials do not: the item is not at fault. */
  readonly counted: boolean;
  /** Is there an attempt left? */
  readonly left: boolean;
}

/** Full jitter, or what the processor asked for; an effect that nobody knows of gets time to become visible: after no
 * answer as after a gateway's 504, the processor may be at work still. */
export const retryOf = (
  { connection: { limits }, lane }: Turn,
  { outcome, then }: TransmissionFailed,
  { retryBaseMs, reconcileAfterMs }: Pick<ForwardingTuning, 'retryBaseMs' | 'reconcileAfterMs'>,
): Retry => {
  const jitter = Math.random() * Math.min(limits.retryCapMs, retryBaseMs * 2 ** Math.min(lane.attempt, 20));
  return {
    delayMs: Math.ceil(Math.max(jitter, then.retryAfterMs ?? 0, outcome === 'unknown' ? reconcileAfterMs : 0)),
    counted: then.credentials !== true,
    left: lane.attempt + 1 < limits.attempts,
  };
};

/** What fails because of us does not mend itself: after so many attempts a person sees it. */
const ownAttempts = 8;

/** An exception of our own as the failure of an attempt. Its pauses double: the next ones are spent on it for nothing. */
export const ownFailureOf = (
  { connection: { limits }, lane }: Turn,
  outcome: TransmissionFailed['outcome'],
  { retryBaseMs }: Pick<ForwardingTuning, 'retryBaseMs'>,
): TransmissionFailed =>
  new TransmissionFailed('internal-error', outcome, {
    retry: lane.attempt + 1 < ownAttempts,
    retryAfterMs: Math.min(limits.retryCapMs, retryBaseMs * 2 ** (lane.attempt + 1)),
  });
