import type { ProblemCode } from '@dittoo/kernel';

/** Every `code` an error answer may carry, with its HTTP status and its title. A stable part of the public contract. */
export const problemCodes = {
  'malformed-json': [400, 'The body is not valid JSON'],
  'invalid-request': [400, 'The request is not valid'],
  'invalid-field': [400, 'A field is not valid'],
  'unknown-field': [400, 'A field is not known'],
  'invalid-characters': [400, 'The text holds characters that cannot be stored'],
  'card-number-refused': [400, 'Card numbers are never accepted here'],
  'audit-purpose-required': [400, 'Say why: header Audit-Purpose'],
  'unknown-notice-version': [400, 'This version of the policy does not exist'],
  'invalid-confirmation-token': [400, 'The confirmation token or code is not valid (any more)'],
  'invalid-personnummer': [400, 'The personnummer is not valid'],
  'not-authenticated': [401, 'Sign in first'],
  'not-from-the-gateway': [401, 'This service answers the gateway alone'],
  'invalid-token': [401, 'The access token is not valid'],
  'invalid-credentials': [
    401,
    'No such account, a wrong password, or an address that is not confirmed yet: look for our mail in the mailbox',
  ],
  'invalid-refresh-token': [401, 'The refresh token is not valid'],
  'reauthentication-required': [401, 'Confirm your password first'],
  'not-allowed': [403, 'This is not yours to do'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'This method is not allowed here'],
  'request-timeout': [408, 'The request took too long to arrive'],
  conflict: [409, 'Another request was faster'],
  gone: [410, 'It was here and is not any more'],
  'subject-erased': [410, 'The person asked to be forgotten'],
  'request-pending': [409, 'The same request is still being handled'],
  'request-not-open': [409, 'The request does not wait for a decision'],
  'request-not-answered': [409, 'The request is not answered yet'],
  'request-overdue': [409, 'The time to extend the request is over'],
  'request-already-extended': [409, 'The request was extended before; once is the law'],
  'decision-not-possible': [422, 'This kind of request cannot be decided like that'],
  'recipient-task-not-open': [409, 'There is no task open for this recipient'],
  'restriction-not-in-force': [409, 'There is no restriction by this request to lift'],
  'second-person-required': [409, 'Another officer must confirm this'],
  'legal-hold-not-open': [409, 'The legal hold does not wait for this'],
  'legal-hold-in-force': [409, 'A legal hold asks us to keep this for now'],
  'payment-method-not-available': [409, 'This way to pay does not take this order; choose another'],
  'order-not-payable': [409, 'The order cannot be paid now'],
  'order-not-paid': [409, 'The order is not paid'],
  'order-already-shipped': [409, 'The order has been shipped'],
  'order-already-cancelled': [409, 'The order has been cancelled'],
  'refund-exceeds-order': [409, 'The refund exceeds what was paid'],
  'unknown-product': [422, 'There is no such product'],
  'delivery-address-required': [422, 'Say where to deliver'],
  'personnummer-ground-not-allowed': [422, 'The personnummer may not be used for this on that ground'],
  'personnummer-not-recorded': [409, 'There is no personnummer'],
  'attention-not-open': [409, 'The attention item is closed already'],
  'delivery-not-parked': [409, 'Only what is parked can be delivered again'],
  'support-case-closed': [409, 'The support case is closed'],
  'consent-not-given': [409, 'There is no consent to withdraw'],
  'not-sealed-yet': [409, 'The event is not under a signed tree head yet; ask again in a second'],
  'payload-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'Send application/json'],
  'idempotency-key-reused': [422, 'This Idempotency-Key was used with another body'],
  'too-many-requests': [429, 'Too many requests'],
  'internal-error': [500, 'Something went wrong here'],
  'temporarily-unavailable': [503, 'A part of the system is not available; try again'],
  'took-too-long': [504, 'A part of the system took too long; it may have happened all the same'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

/** Whether this is a declared problem code; another service's response may hold any text. */
export const isProblemCode = (code: unknown): code is ProblemCode =>
  typeof code === 'string' && Object.hasOwn(problemCodes, code);

declare module '@dittoo/kernel' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface is what can be added to
  interface ProblemCodes extends Readonly<Record<keyof typeof problemCodes, unknown>> {}
}
