import type { DomainEvent } from '@dittoo/kernel';

const money = { amountMinor: 12_900, currency: 'SEK' };

/** For specs: the events of an invented order that is paid and shipped. */
export const shippedOrder = (givenName = 'Anna'): readonly [DomainEvent, DomainEvent, DomainEvent] => {
  const address = { street: 'Exempelgatan 7', postalCode: '12345', city: 'Exempelstad', country: 'SE' };
  const buyer = { givenName, familyName: 'Exempelsson', address };
  const email = `${givenName.toLowerCase()}@example.org`;
  return [
    {
      type: 'OrderPlaced',
      data: {
        lines: [],
        total: money,
        paymentMethod: 'paysonInvoice',
        personnummerGround: null,
        locale: 'sv',
        buyer,
        recipient: { ...buyer, email, phone: null },
      },
    },
    { type: 'PaymentApproved', data: { processorId: 'payson', paymentReference: 'p1', amount: money } },
    { type: 'OrderShipped', data: { shippedAt: '2026-11-22T08:00:00.000Z' } },
  ];
};

/** A disclosure of these fields of a person to Payson. */
export const disclosed = (...fields: string[]): DomainEvent => ({
  type: 'DataDisclosed',
  data: {
    processorId: 'payson',
    legalEntity: 'Svea Bank AB',
    orderId: null,
    fields,
    purpose: 'payment',
    legalBasis: 'contract',
    consentRecordId: null,
    consentRevision: null,
    noticeVersion: '2026-11-01',
    ciphertextDigest: 'd',
    attempt: 1,
    outcome: 'delivered',
  },
});
