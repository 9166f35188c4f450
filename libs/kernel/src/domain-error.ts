/**
 * The codes an error may have. Here are those that the libs throw themselves; `libs/contracts` adds the whole
 * catalogue, so that an app cannot invent one.
 */
export interface ProblemCodes {
  readonly 'card-number-refused': unknown;
  readonly conflict: unknown;
  readonly 'idempotency-key-reused': unknown;
  readonly 'internal-error': unknown;
  readonly 'invalid-characters': unknown;
  readonly 'invalid-field': unknown;
  readonly 'invalid-request': unknown;
  readonly 'invalid-token': unknown;
  readonly 'malformed-json': unknown;
  readonly 'method-not-allowed': unknown;
  readonly 'not-allowed': unknown;
  readonly 'not-authenticated': unknown;
  readonly 'not-found': unknown;
  readonly 'not-from-the-gateway': unknown;
  readonly 'payload-too-large': unknown;
  readonly 'reauthentication-required': unknown;
  readonly 'request-pending': unknown;
  readonly 'request-timeout': unknown;
  readonly 'subject-erased': unknown;
  readonly 'temporarily-unavailable': unknown;
  readonly 'too-many-requests': unknown;
  readonly 'took-too-long': unknown;
  readonly 'unknown-field': unknown;
  readonly 'unsupported-media-type': unknown;
}
export type ProblemCode = keyof ProblemCodes;

/**
 * A command that a rule forbids. `code` is a stable kebab-case word of `libs/contracts`; the HTTP number is looked up
 * at the edge. `detail` is shown to the caller and logged: never personal data, never the caller's input.
 */
export class DomainError extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail?: string,
    readonly errors?: readonly { readonly field: string; readonly message: string }[],
  ) {
    super(code);
    this.name = 'DomainError';
  }
}
