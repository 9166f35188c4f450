/* Promised: opened twice is one item; closed, it may open again; closed by a person, the same fact does not return. */
import type { AttentionEvent, AttentionEvents } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { attentionDecider } from './attention.decider.js';

const given = deciderSpec(attentionDecider);
const item: AttentionEvents['AttentionOpened'] = {
  kind: 'groupLagging',
  severity: 'warning',
  where: 'audit',
  about: { group: 'order.list' },
  since: '2026-11-27T10:00:00.000Z',
};
const later = { ...item, since: '2026-11-27T11:00:00.000Z' };
const open = { type: 'OpenItem', item } as const;
const close = { type: 'CloseItem' } as const;
const dismiss = { type: 'DismissItem', reason: 'The broker was being upgraded' } as const;
const opened: AttentionEvent = { type: 'AttentionOpened', data: item };
const closed: AttentionEvent = { type: 'AttentionClosed', data: { kind: 'groupLagging' } };
const dismissed: AttentionEvent = {
  type: 'AttentionDismissed',
  data: { kind: 'groupLagging', reason: dismiss.reason },
};

describe('an attention item', () => {
  it('opens once', () => given().when(open).then(opened));
  it('opened again is the same item', () =>
    given(opened)
      .when({ ...open, item: later })
      .then());
  it('closes with its fact', () => given(opened).when(close).then(closed));
  it('that never opened does not close', () => given().when(close).then());
  it('closes once', () => given(opened, closed).when(close).then());
  it('opens again when the fact returns', () => given(opened, closed).when(open).then(opened));

  it('is closed by hand with a reason', () => given(opened).when(dismiss).then(dismissed));
  it('closed by hand does not return with the same fact', () => given(opened, dismissed).when(open).then());
  it('closed by hand returns with a new fact', () =>
    given(opened, dismissed)
      .when({ ...open, item: later })
      .then({ type: 'AttentionOpened', data: later }));
  it('is not closed by hand twice', () => given(opened, dismissed).when(dismiss).thenFails('attention-not-open'));
  it('that does not exist is not closed by hand', () => given().when(dismiss).thenFails('not-found'));
});
