import { describe, it } from '@jest/globals';
import type { OrderEvent, OrderEvents, PaymentDiscrepancy } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { orderDecider, type OrderCommand, type OrderingCustomer } from './order.decider.js';

const given = deciderSpec(orderDecider);

const home = { street: 'Storgatan 1', postalCode: '411 01', city: 'Göteborg', country: 'SE' };
const work = { street: 'Hamngatan 2', postalCode: '411 06', city: 'Göteborg', country: 'SE' };
const customer: OrderingCustomer = {
  givenName: 'Astrid',
  familyName: 'Exempel',
  email: 'astrid@example.org',
  phone: null,
  address: home,
  locale: 'sv',
  personnummerGround: null,
};
const lines = [
  { sku: 'mugg', name: 'Mugg', quantity: 2, unitPriceMinor: 12_900, taxRate: 0.25 },
  { sku: 'handduk', name: 'Handduk', quantity: 1, unitPriceMinor: 14_900, taxRate: 0.25 },
];
const total = { amountMinor: 40_700, currency: 'SEK' };

type Place = Extract<OrderCommand, { type: 'PlaceOrder' }>;
const place = (change: Partial<Place> = {}): OrderCommand => ({
  type: 'PlaceOrder',
  lines,
  currency: 'SEK',
  method: 'mondidoCard',
  personnummerGround: null,
  deliveryAddress: null,
  offer: { terms: null },
  customer,
  ...change,
});
const placed = (change: Partial<OrderEvents['OrderPlaced']> = {}): OrderEvent => ({
  type: 'OrderPlaced',
  data: {
    lines,
    total,
    paymentMethod: 'mondidoCard',
    personnummerGround: null,
    locale: 'sv',
    buyer: { givenName: 'Astrid', familyName: 'Exempel', address: home },
    recipient: {
      givenName: 'Astrid',
      familyName: 'Exempel',
      address: home,
      email: 'astrid@example.org',
      phone: null,
    },
    ...change,
  },
});

const checkout = { processorId: 'mondido', paymentReference: 'p-1' };
const action = { kind: 'redirect', url: 'https://pay.example.org/p-1' } as const;
const opened: OrderEvent = { type: 'PaymentOpened', data: { ...checkout, action } };
const approved: OrderEvent = { type: 'PaymentApproved', data: { ...checkout, amount: total } };
const denied: OrderEvent = { type: 'PaymentDenied', data: { processorId: 'mondido', reason: 'denied' } };
const captured = (amountMinor = total.amountMinor): OrderEvent => ({
  type: 'PaymentCaptured',
  data: { ...checkout, amount: { amountMinor, currency: 'SEK' } },
});
const atProcessor = (amountMinor: number): OrderEvent => ({
  type: 'RefundMadeAtProcessor',
  data: { ...checkout, amount: { amountMinor, currency: 'SEK' } },
});
const found = (kind: PaymentDiscrepancy, amountMinor: number): OrderEvent => ({
  type: 'PaymentDiscrepancyFound',
  data: { kind, processorId: 'mondido', amount: { amountMinor, currency: 'SEK' }, failure: null },
});
const shippedAt = '2026-11-20T10:00:00.000Z';
const shipped: OrderEvent = { type: 'OrderShipped', data: { shippedAt } };
const cancelled: OrderEvent = { type: 'OrderCancelled', data: { by: 'customer' } };
const shippedAndTaken = [placed(), opened, approved, shipped, captured()];
const refundDecided = (refundId: string, quantities: [string, number][], amountMinor: number): OrderEvent => ({
  type: 'RefundDecided',
  data: {
    refundId,
    lines: quantities.map(([sku, quantity]) => ({ sku, quantity })),
    amount: { amountMinor, currency: 'SEK' },
    reason: 'broken',
  },
});
const refundPaid = (refundId: string, amountMinor: number): OrderEvent => ({
  type: 'RefundPaid',
  data: { refundId, amount: { amountMinor, currency: 'SEK' } },
});

const open: OrderCommand = { type: 'OpenPayment', ...checkout, action };
type Observe = Extract<OrderCommand, { type: 'ObservePayment' }>;
const observe = (status: Observe['status'], refundedMinor = 0): OrderCommand => ({
  type: 'ObservePayment',
  ...checkout,
  status,
  amount: status === 'notFound' ? null : total,
  refundedMinor,
});
const ship: OrderCommand = { type: 'ShipOrder', shippedAt };
const cancel: OrderCommand = { type: 'CancelOrder', by: 'customer' };
const refund = (refundId: string, quantities: [string, number][] | null = null): OrderCommand => ({
  type: 'DecideRefund',
  refundId,
  lines: quantities?.map(([sku, quantity]) => ({ sku, quantity })) ?? null,
  reason: 'broken',
});

describe('placing an order', () => {
  it('copies buyer and recipient into the order', () => given().when(place()).then(placed()));

  it('delivers to another address, and the books keep the buyer’s own', () =>
    given()
      .when(place({ deliveryAddress: work }))
      .then(
        placed({
          recipient: {
            givenName: 'Astrid',
            familyName: 'Exempel',
            address: work,
            email: 'astrid@example.org',
            phone: null,
          },
        }),
      ));

  it('needs a delivery address', () =>
    given()
      .when(place({ customer: { ...customer, address: null } }))
      .thenFails('delivery-address-required'));

  it('is recorded once', () => given(placed()).when(place()).then());

  const terms = { countries: ['SE'], currencies: ['SEK'], minimumMinor: { SEK: 40_700 } };
  it('takes what the way to pay takes', () =>
    given()
      .when(place({ offer: { terms } }))
      .then(placed()));

  it.each([
    ['is not offered', { offer: null }],
    ['does not serve the country', { offer: { terms }, deliveryAddress: { ...work, country: 'AX' } }],
    [
      'does not serve what stands in a profile as an address',
      { offer: { terms }, customer: { ...customer, address: [] as never } },
    ],
    ['does not take the currency', { offer: { terms }, currency: 'NOK' }],
    ['takes no amount so small', { offer: { terms: { ...terms, minimumMinor: { SEK: 40_701 } } } }],
  ] as [string, Partial<Place>][])('is refused where the way to pay %s', (_why, change) =>
    given().when(place(change)).thenFails('payment-method-not-available'),
  );
});

describe('the personnummer on an order', () => {
  const recorded: OrderingCustomer = { ...customer, personnummerGround: 'consent' };
  const invoice = { method: 'paysonInvoice', customer: recorded } as const;

  it('is not sent along unless chosen', () =>
    given()
      .when(place({ ...invoice, customer: { ...customer, personnummerGround: 'secureIdentification' } }))
      .then(placed({ paymentMethod: 'paysonInvoice' })));

  it('is sent along under the ground it was recorded under', () =>
    given()
      .when(place({ ...invoice, personnummerGround: 'consent' }))
      .then(placed({ paymentMethod: 'paysonInvoice', personnummerGround: 'consent' })));

  it('is sent along to identify the recipient of credit', () =>
    given()
      .when(place({ ...invoice, method: 'paysonPartPayment', personnummerGround: 'secureIdentification' }))
      .then(placed({ paymentMethod: 'paysonPartPayment', personnummerGround: 'secureIdentification' })));

  it('is not sent along under another ground', () =>
    given()
      .when(place({ ...invoice, personnummerGround: 'otherWeightyReason' }))
      .thenFails('personnummer-ground-not-allowed'));

  it('is never sent along with a card payment', () =>
    given()
      .when(place({ customer: recorded, personnummerGround: 'consent' }))
      .thenFails('personnummer-ground-not-allowed'));

  it('cannot be sent along where none is recorded', () =>
    given()
      .when(place({ method: 'paysonInvoice', personnummerGround: 'consent' }))
      .thenFails('personnummer-not-recorded'));
});

describe('payment', () => {
  it('opens once', () => given(placed()).when(open).then(opened));
  it('opens not again', () => given(placed(), opened).when(open).then());
  it('opens after all when a person had it tried again', () =>
    given(placed(), { type: 'PaymentDenied', data: { processorId: 'mondido', reason: 'notOpened' } })
      .when(open)
      .then(opened));
  it('does not open for a cancelled order', () => given(placed(), cancelled).when(open).then());

  it.each([
    open,
    observe('approved'),
    {
      type: 'ConcludeForwarding',
      processorId: 'mondido',
      intent: 'openPayment',
      ending: 'parked',
      failure: 'http-400',
    } as const,
  ])('is of no order and changes nothing: $type', (fact) => given().when(fact).then());
});

describe('shipping', () => {
  it('follows payment', () => given(placed(), opened, approved).when(ship).then(shipped));
  it('happens once', () => given(placed(), opened, approved, shipped).when(ship).then());
  it('waits for payment', () => given(placed(), opened).when(ship).thenFails('order-not-paid'));
  it('does not follow a denial', () => given(placed(), denied).when(ship).thenFails('order-not-paid'));
  it('does not follow a full refund', () =>
    given(placed(), approved, refundDecided('r', [['mugg', 2]], 40_700))
      .when(ship)
      .thenFails('order-not-paid'));
  it('does not follow a cancellation', () =>
    given(placed(), approved, cancelled).when(ship).thenFails('order-already-cancelled'));
  it('needs an existing order', () => given().when(ship).thenFails('not-found'));
});

describe('cancelling', () => {
  it('is possible until shipped', () => given(placed(), opened, approved).when(cancel).then(cancelled));
  it('is not possible after', () => given(placed(), approved, shipped).when(cancel).thenFails('order-already-shipped'));
  it('happens once', () => given(placed(), cancelled).when(cancel).then());
  it('never waits for a refund: what is decided is not charged', () =>
    given(placed(), approved, refundDecided('r-1', [['mugg', 1]], 12_900))
      .when(cancel)
      .then(cancelled));
  it('needs an existing order', () => given().when(cancel).thenFails('not-found'));
});

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
