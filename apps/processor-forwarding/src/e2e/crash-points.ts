import type { Provider } from '@nestjs/common';
import { Outcomes } from '../attempt/outcomes.js';
import type { Lane } from '../queue/item.js';
import { Lanes } from '../queue/lanes.js';

/**
 * Where an attempt ends as a kill would end it: after the item is marked and before the call, after the call and before
 * the append, after the append and before the row.
 */
export const crashPoints = ['marked', 'sent', 'recorded'] as const;
export type CrashPoint = (typeof crashPoints)[number];

export interface Crash {
  /** The next attempt that reaches this point crashes there, once; `null` = none. */
  at: CrashPoint | null;
  /** Put into the module in place of the real ones. */
  readonly providers: Provider[];
}

/** After the crash nothing is written under the lease of the crashed attempt: it is neither renewed nor given back. */
export const crashAt = (at: CrashPoint | null): Crash => {
  const crashed = new Set<string>();
  const reach = (point: CrashPoint, lane: Lane): void => {
    if (crash.at !== point) return;
    crash.at = null;
    crashed.add(lane.token);
    throw new Error('crashed');
  };
  const refuse = (lane: Lane): void => {
    if (crashed.has(lane.token)) throw new Error('a crashed process writes nothing');
  };

  class CrashingLanes extends Lanes {
    override async markSending(...[lane, ...rest]: Parameters<Lanes['markSending']>): Promise<boolean> {
      const marked = await super.markSending(lane, ...rest);
      reach('marked', lane);
      return marked;
    }

    override async settle(...[lane, item, ...rest]: Parameters<Lanes['settle']>): ReturnType<Lanes['settle']> {
      if (item.kind !== 'readPayment') reach('recorded', lane);
      return super.settle(lane, item, ...rest);
    }

    override async renew(lane: Lane): Promise<boolean> {
      refuse(lane);
      return super.renew(lane);
    }

    override async release(lane: Lane, delayMs?: number): Promise<void> {
      refuse(lane);
      return super.release(lane, delayMs);
    }
  }

  class CrashingOutcomes extends Outcomes {
    override async delivered(...[turn, ...rest]: Parameters<Outcomes['delivered']>): ReturnType<Outcomes['delivered']> {
      reach('sent', turn.lane);
      return super.delivered(turn, ...rest);
    }

    override async failed(...[turn, ...rest]: Parameters<Outcomes['failed']>): ReturnType<Outcomes['failed']> {
      refuse(turn.lane);
      return super.failed(turn, ...rest);
    }
  }

  const crash: Crash = {
    at,
    providers: [
      { provide: Lanes, useClass: CrashingLanes },
      { provide: Outcomes, useClass: CrashingOutcomes },
    ],
  };
  return crash;
};
