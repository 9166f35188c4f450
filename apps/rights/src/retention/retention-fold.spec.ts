import { newId, streamName, type DataCategory } from '@dittoo/kernel';
import { describe, expect, it } from '@jest/globals';
import { foldRetention, RetentionFold } from './retention-fold.js';
import { typesWithRetention, type RetentionEvent } from './retention-rules.js';
import { message, on, placed, rows, rules, subjectId, thing } from './retention-table.fixture.js';

/**
 * Promised: the days of every row of the table of retention periods follow from the schema map and the register alone.
 */
const lastDay = (events: readonly RetentionEvent[], category: DataCategory, scope?: string) =>
  foldRetention(rules, events).lastDay(category, scope);

describe('the last day of', () => {
  it.each(rows)('%s', (_what, events, category, scope, day) => expect(lastDay(events, category, scope)).toBe(day));

  it('is tested for every event that declares retention', () => {
    const said = new Set(rows.flatMap(([, events]) => events.map(({ type }) => type)));
    for (const type of ['SupportCaseOpened', 'SupportReplied', 'PaymentApproved', 'SubjectKeysDestroyed'])
      said.add(type);
    expect(typesWithRetention.filter((type) => !said.has(type))).toEqual([]);
  });

  it.each(['9999-12-31T00:00:00.000Z', '+010000-01-01T00:00:00.000Z', '+275760-09-13T00:00:00.000Z'])(
    'what a legal hold until %s keeps can be stored in a row: no group is parked by it',
    (expiresAt) =>
      expect(
        lastDay([on('2026-11-22', 'LegalHoldRequested', { expiresAt }, `legalHold-${thing}`)], 'contact', thing),
      ).toBe('9999-12-31'),
  );

  it('a key without events is the last day of its category', () => {
    const other = streamName('order', message);
    const events = [placed('2026-11-22'), placed('2026-11-24', null, other)];
    expect(lastDay(events, 'orderDelivery')).toBe('2029-11-24');
    expect(lastDay([...events, placed('2026-11-25', 'consent')], 'personnummer', newId())).toBeNull();
    expect(lastDay([], 'support', newId())).toBeNull();
  });
});

describe('an erasure', () => {
  const erasure = (
    day: string,
    keys: readonly string[],
    retained: readonly object[],
    requestId: string | null = thing,
  ) =>
    on(day, 'SubjectKeysDestroyed', {
      requestId,
      keys: keys.map((kid) => ({ kid, category: kid.split('/')[1], fingerprint: null })),
      retained,
    });
  const life = [on('2026-11-22', 'CustomerRegistered'), placed('2026-11-22')];

  it('removes the days of destroyed keys, and keeps those of retained ones', () => {
    const fold = foldRetention(rules, [
      ...life,
      erasure(
        '2027-01-10',
        [`${subjectId}/orderDelivery/${thing}/1`, `${subjectId}/profile/1`],
        [{ category: 'orderAccounting', reason: 'bookkeeping', until: '2033-12-31' }],
      ),
    ]);
    expect(fold.keys).toEqual([{ category: 'orderAccounting', scope: thing, lastDay: '2033-12-31' }]);
    expect([fold.account, fold.lastDay('profile')]).toEqual([null, null]);
  });

  it('makes data due that a legal hold keeps from it, of one order or of all', () => {
    const held = { reason: 'legalHold', until: '2031-06-01' };
    const fold = foldRetention(rules, [
      ...life,
      erasure(
        '2027-01-10',
        [],
        [
          { category: 'profile', ...held },
          { category: 'orderDelivery', ...held, scopes: [thing] },
          { category: 'orderAccounting', ...held },
        ],
      ),
    ]);
    expect(fold.lastDay('profile')).toBe('2027-01-09');
    expect(fold.lastDay('orderDelivery', thing)).toBe('2027-01-09');
    expect(fold.lastDay('orderAccounting', thing)).toBe('2033-12-31');
  });

  it('is not the end of a period', () => {
    const ended = erasure('2030-01-10', [`${subjectId}/orderDelivery/${thing}/1`], [], null);
    expect(lastDay([...life, ended], 'orderDelivery', thing)).toBe('2029-11-22');
  });
});

it('gives the same day event by event, from its saved state, as in one pass', () => {
  for (const [, events] of rows) {
    let known = new RetentionFold(rules);
    for (const event of events) known = new RetentionFold(rules, known).take(event);
    const whole = foldRetention(rules, events);
    expect([known.keys, known.parts, known.account]).toEqual([whole.keys, whole.parts, whole.account]);
  }
});
