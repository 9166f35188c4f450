import { describe, it } from '@jest/globals';
import type { OrderingCustomer } from './order.decider.js';
import {
  given,
  work,
  customer,
  type Place,
  place,
  placed,
  opened,
  approved,
  denied,
  shipped,
  cancelled,
  refundDecided,
  open,
  observe,
  ship,
  cancel,
} from './order.fixture.js';

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
