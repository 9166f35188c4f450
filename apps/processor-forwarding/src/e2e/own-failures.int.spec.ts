/*
 * Promised: an exception of our own is a failed attempt that names its forwarding, and a person sees it after a few; what
 * does not answer is waited for as long as it takes, and uses no attempt.
 */
import { EventStoreUnavailable } from '@dittoo/kernel';
import { LOGGER } from '@dittoo/platform';
import { until } from '@dittoo/platform/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Provider } from '@nestjs/common';
import { Outcomes } from '../attempt/outcomes.js';
import type { Prepare } from '../attempt/preparation.js';
import { PaymentPreparation } from '../attempt/payment-preparation.js';
import { Standings } from '../gate/standing.query.js';
import type { Standing } from '../gate/standing.js';
import { startStage, type Stage } from './stage.js';

const stages: Stage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
});

type Line = Record<string, unknown> & { readonly message: string };

/** The service with these parts, and what it logs. */
const staged = async (providers: readonly Provider[], retryBaseMs = 5): Promise<{ stage: Stage; lines: Line[] }> => {
  const lines: Line[] = [];
  const write = (what: object, message: string): void => void lines.push({ ...what, message });
  const logger = { provide: LOGGER, useValue: { debug: write, info: write, warn: write, error: write } };
  const stage = await startStage({ providers: [...providers, logger], tuning: { retryBaseMs } });
  stages.push(stage);
  return { stage, lines };
};
const linesOf = (lines: readonly Line[], message: string): Line[] => lines.filter((line) => line.message === message);

describe('an exception of our own', () => {
  it('before anything has left is a failed attempt, and ends with a person', async () => {
    class Broken extends PaymentPreparation {
      override async read(): Promise<Prepare> {
        throw new TypeError('says nothing');
      }
    }
    const { lines, stage } = await staged([{ provide: PaymentPreparation, useClass: Broken }]);
    const { orderId } = await stage.placeOrder();
    expect(await stage.waitFor('openPayment', orderId, 'ForwardingParked')).toMatchObject({
      failure: 'internal-error',
    });
    const events = await stage.eventsOf('openPayment', orderId);
    expect(events.map(({ type }) => type)).toEqual(['ForwardingRequested', ...Array.from({ length: 8 }, () => 'AttemptFailed'), 'ForwardingParked']); // prettier-ignore
    expect(stage.received('POST')).toEqual([]);
    await until(async () => (await stage.rows('SELECT 1 FROM forwarding.payson_lane')).length === 0);
    const failed = linesOf(lines, 'forwarding.failed-ourselves');
    expect(failed).toHaveLength(8);
    const [{ forwarding_id: forwardingId }] = (await stage.rows('SELECT forwarding_id FROM forwarding.payson_item')) as [{ forwarding_id: string }]; // prettier-ignore
    expect(failed[0]).toMatchObject({ forwardingId, processor: 'payson', intent: 'openPayment', failure: 'TypeError' });
    expect(JSON.stringify(lines)).not.toContain('says nothing');
  });

  it('after the call leaves its outcome unknown: the processor is asked, and nothing is sent again', async () => {
    let broken = true;
    class BrokenOnce extends Outcomes {
      override async delivered(...given: Parameters<Outcomes['delivered']>): ReturnType<Outcomes['delivered']> {
        if (broken) {
          broken = false;
          throw new TypeError('once');
        }
        return super.delivered(...given);
      }
    }
    const { stage } = await staged([{ provide: Outcomes, useClass: BrokenOnce }]);
    const { orderId } = await stage.placeOrder();
    await stage.waitFor('openPayment', orderId, 'ForwardingCompleted');
    expect(stage.received('POST', orderId)).toHaveLength(1);
    const events = await stage.eventsOf('openPayment', orderId);
    expect(events.filter(({ type }) => type === 'CheckoutOpened')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'DataDisclosed')?.data).toMatchObject({ outcome: 'unknown', attempt: 1 });
  });
});

describe('a store that does not answer', () => {
  it('is waited for, longer each time, without an attempt and without an end', async () => {
    let left = 9;
    class Silent extends Standings {
      override async of(...given: Parameters<Standings['of']>): Promise<Standing> {
        if (left-- > 0) throw new EventStoreUnavailable();
        return super.of(...given);
      }
    }
    const { lines, stage } = await staged([{ provide: Standings, useClass: Silent }], 2);
    const { orderId } = await stage.placeOrder();
    await stage.waitFor('openPayment', orderId, 'ForwardingCompleted');
    expect((await stage.eventsOf('openPayment', orderId)).map(({ type }) => type)).not.toContain('AttemptFailed');
    const held = linesOf(lines, 'forwarding.held');
    expect(held).toHaveLength(9);
    expect(held.map(({ delayMs }) => delayMs)).toEqual([4, 8, 16, 32, 64, 128, 256, 512, 1024]);
    expect(held[0]).toMatchObject({ intent: 'openPayment', failure: 'EventStoreUnavailable' });
  });
});
