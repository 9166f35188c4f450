import { dataCategories, newId, streamName } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { foldRetention } from '../retention/retention-fold.js';
import { blockersOf, confirmedScope, erasureScope, withHolds } from './erasure-scope.js';

const register = loadRegister();
const at = '2026-11-22T08:00:00.000Z';
const nothing = { openOrder: false, unpaidInvoice: false, lastBookedAt: null };
const booked = (lastBookedAt: string) => ({ ...nothing, lastBookedAt });
const evidence = { category: 'consentEvidence', reason: 'legalClaims', until: '2029-11-22' };
const books = (until: string) => ({ category: 'orderAccounting', reason: 'bookkeeping', until });

describe('the scope of an erasure', () => {
  it('is everything but the evidence of consents, when nothing was ever ordered', () =>
    expect(erasureScope(register, nothing, at)).toEqual({
      erase: dataCategories.filter((category) => category !== 'consentEvidence'),
      retain: [evidence],
    }));

  it('keeps the books for seven years after the fiscal year', () => {
    expect(erasureScope(register, booked('2026-03-01T08:00:00.000Z'), at).retain).toEqual([
      books('2033-12-31'),
      evidence,
    ]);
    const broken = loadRegister(undefined, { fiscalYearEnd: '04-30' });
    expect(erasureScope(broken, booked('2026-05-01T08:00:00.000Z'), at).retain[0]).toEqual(books('2034-12-31'));
    expect(loadRegister(undefined, { fiscalYearEnd: null }).digest).toBe(register.digest);
  });

  it('has each category once, on one side or the other', () => {
    const { erase, retain } = erasureScope(register, booked(at), at, ['orderDelivery']);
    expect([...erase, ...retain.map(({ category }) => category)].sort()).toEqual([...dataCategories].sort());
  });

  it('keeps of the delivery data only that of orders not delivered yet', () => {
    const onItsWay = { ...booked(at), openOrder: true, openOrderIds: ['o1'] };
    const { erase, retain } = erasureScope(register, onItsWay, at, ['orderDelivery']);
    expect(erase).toContain('orderDelivery');
    expect(retain).toContainEqual({
      category: 'orderDelivery',
      reason: 'openOrder',
      until: '2029-11-22',
      scopes: ['o1'],
    });
  });

  it('includes later entries in the books, and keeps the rest as it was decided', () => {
    const decided = erasureScope(register, nothing, at, ['orderDelivery']);
    expect(confirmedScope(register, decided, nothing)).toEqual(decided);
    const { erase, retain } = confirmedScope(register, decided, booked('2027-01-02T08:00:00.000Z'));
    expect(erase).toEqual(decided.erase.filter((category) => category !== 'orderAccounting'));
    expect(retain).toEqual([books('2034-12-31'), ...decided.retain]);
  });

  it('has the days from the folded events', () => {
    const event = (type: string, recordedAt: string, fields: object, stream: string) => ({
      type,
      recordedAt,
      fields: { ...fields },
      stream: streamName(stream, orderId),
      eventId: newId(),
    });
    const orderId = newId();
    const choice = { purpose: 'marketing' };
    const known = foldRetention({ register, copyLifetimeMs: 0 }, [
      event('OrderPlaced', '2024-03-01T08:00:00.000Z', { personnummerGround: null }, 'order'),
      event('ConsentGiven', '2024-03-01T08:00:00.000Z', choice, 'consent'),
      event('ConsentWithdrawn', '2025-05-01T08:00:00.000Z', choice, 'consent'),
    ]);
    const open = { ...booked(at), openOrder: true, openOrderIds: [orderId] };
    const decided = erasureScope(register, open, at, ['orderDelivery'], known);
    expect(decided.retain).toEqual([
      books('2031-12-31'),
      { ...evidence, until: '2028-05-01' },
      { category: 'orderDelivery', reason: 'openOrder', until: '2027-03-01', scopes: [orderId] },
    ]);
    known.take(event('OrderShipped', '2025-01-01T08:00:00.000Z', { shippedAt: at }, 'order'));
    expect(confirmedScope(register, decided, open, known).retain[0]).toEqual(books('2032-12-31'));
  });

  it('names the blockers', () => {
    expect(blockersOf(nothing)).toEqual([]);
    expect(blockersOf({ ...nothing, openOrder: true, unpaidInvoice: true })).toEqual(['openOrder', 'unpaidInvoice']);
  });
});

describe('a legal hold', () => {
  const scope = erasureScope(register, nothing, at);
  const hold = (
    categories: readonly (typeof dataCategories)[number][],
    orderId: string | null,
    until = '2027-06-01',
  ) => ({
    categories,
    orderId,
    until,
  });

  it('is a blocker', () => expect(blockersOf(nothing, [hold(['profile'], null)])).toEqual(['legalHold']));

  it('keeps its categories until it ends, and afterwards they are erased', () => {
    const held = withHolds(scope, [hold(['profile'], null), hold(['profile', 'support'], null, '2028-01-01')]);
    expect(held.erase).toEqual(scope.erase.filter((category) => category !== 'profile' && category !== 'support'));
    expect(held.retain).toEqual([
      evidence,
      { category: 'profile', reason: 'legalHold', until: '2028-01-01' },
      { category: 'support', reason: 'legalHold', until: '2028-01-01' },
    ]);
    expect(withHolds(held, [])).toEqual(scope);
  });

  it('on an order keeps that order’s part of categories with keys per order, and all of the others', () => {
    const held = withHolds(scope, [hold(['orderDelivery', 'support'], 'o1'), hold(['orderDelivery'], 'o2')]);
    expect(held.erase).toContain('orderDelivery');
    expect(held.erase).not.toContain('support');
    expect(held.retain).toContainEqual({
      category: 'orderDelivery',
      reason: 'legalHold',
      until: '2027-06-01',
      scopes: ['o1', 'o2'],
    });
    const whole = withHolds(scope, [hold(['orderDelivery'], 'o1'), hold(['orderDelivery'], null)]);
    expect(whole.erase).not.toContain('orderDelivery');
    expect(whole.retain.find(({ category }) => category === 'orderDelivery')?.scopes).toBeUndefined();
  });

  it('on retained data changes nothing', () =>
    expect(withHolds(scope, [hold(['consentEvidence'], null)])).toEqual(scope));
});
