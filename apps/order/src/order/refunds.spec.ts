/* Promised: no more is refunded than was ordered, nothing twice, and nothing waits for a refund that cannot happen. */
import { describe, it } from '@jest/globals';
import {
  given,
  placed,
  opened,
  approved,
  captured,
  atProcessor,
  found,
  cancelled,
  shippedAndTaken,
  refundDecided,
  refundPaid,
  observe,
  refund,
} from './order.fixture.js';

describe('refunding', () => {
  const paid = [placed(), opened, approved];

  it('takes lines', () =>
    given(...paid)
      .when(refund('r-1', [['mugg', 1]]))
      .then(refundDecided('r-1', [['mugg', 1]], 12_900)));

  it('adds up lines of the same product', () =>
    given(...paid)
      .when(
        refund('r-1', [
          ['mugg', 1],
          ['mugg', 1],
        ]),
      )
      .then(refundDecided('r-1', [['mugg', 2]], 25_800)));

  it('takes the rest', () =>
    given(...shippedAndTaken, refundDecided('r-1', [['mugg', 1]], 12_900))
      .when(refund('r-2'))
      .then(
        refundDecided(
          'r-2',
          [
            ['mugg', 1],
            ['handduk', 1],
          ],
          27_800,
        ),
      ));

  it('is decided once', () =>
    given(...paid, refundDecided('r-1', [['mugg', 1]], 12_900))
      .when(refund('r-1', [['mugg', 1]]))
      .then());

  it('is not more than was ordered', () =>
    given(...paid, refundDecided('r-1', [['mugg', 1]], 12_900))
      .when(refund('r-2', [['mugg', 2]]))
      .thenFails('refund-exceeds-order'));

  it('does not cover products that were not ordered', () =>
    given(...paid)
      .when(refund('r-1', [['ljusstake', 1]]))
      .thenFails('refund-exceeds-order'));

  it('is refused when nothing is left to refund', () =>
    given(
      ...paid,
      refundDecided(
        'r-1',
        [
          ['mugg', 2],
          ['handduk', 1],
        ],
        40_700,
      ),
    )
      .when(refund('r-2'))
      .thenFails('refund-exceeds-order'));

  it('needs a payment', () => given(placed(), opened).when(refund('r-1')).thenFails('order-not-paid'));
  it('needs an existing order', () => given().when(refund('r-1')).thenFails('not-found'));

  it('of a cancelled order is not decided: all goes back by itself', () =>
    given(...paid, cancelled)
      .when(refund('r-1', [['handduk', 1]]))
      .thenFails('order-already-cancelled'));

  const all: [string, number][] = [
    ['mugg', 2],
    ['handduk', 1],
  ];
  it('of all that is only reserved cancels the order', () =>
    given(...paid)
      .when(refund('r-1'))
      .then(refundDecided('r-1', all, 40_700), { type: 'OrderCancelled', data: { by: 'staff' } }));

  it('of the rest of what is only reserved cancels the order as well', () =>
    given(...paid, refundDecided('r-1', [['mugg', 2]], 25_800))
      .when(refund('r-2', [['handduk', 1]]))
      .then(refundDecided('r-2', [['handduk', 1]], 14_900), { type: 'OrderCancelled', data: { by: 'staff' } }));

  it('of all that was taken cancels nothing', () =>
    given(...paid, captured())
      .when(refund('r-1'))
      .then(refundDecided('r-1', all, 40_700)));

  it('is paid when the processor has paid back that much', () =>
    given(
      ...shippedAndTaken,
      refundDecided('r-1', [['mugg', 1]], 12_900),
      refundDecided('r-2', [['handduk', 1]], 14_900),
    )
      .when(observe('captured', 27_000))
      .then(refundPaid('r-1', 12_900), atProcessor(14_100), found('refundedAtProcessor', 14_100)));

  it('is paid once', () =>
    given(...shippedAndTaken, refundDecided('r-1', [['mugg', 1]], 12_900), refundPaid('r-1', 12_900))
      .when(observe('captured', 12_900))
      .then());

  it('claims first what went back at the processor, and nothing is paid back twice', () =>
    given(...shippedAndTaken, atProcessor(12_900), found('refundedAtProcessor', 12_900))
      .when(refund('r-1', [['mugg', 1]]))
      .then(refundDecided('r-1', [['mugg', 1]], 12_900), refundPaid('r-1', 12_900), {
        type: 'PaymentDiscrepancyResolved',
        data: { kind: 'refundedAtProcessor' },
      }));

  it('of more than went back at the processor waits for the rest', () =>
    given(
      ...shippedAndTaken,
      atProcessor(10_000),
      found('refundedAtProcessor', 10_000),
      refundDecided('r-1', [['mugg', 1]], 12_900),
    )
      .when(observe('captured', 12_900))
      .then(refundPaid('r-1', 12_900), { type: 'PaymentDiscrepancyResolved', data: { kind: 'refundedAtProcessor' } }));
});
