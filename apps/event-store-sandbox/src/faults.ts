import { Metadata, status } from '@grpc/grpc-js';

export type Operation = 'append' | 'readStream' | 'readAll' | 'subscribe';

/** A fault of the next calls of an operation; `afterwards` = once the append is done, or the read's events are sent. */
export type Fault =
  | { readonly kind: 'error'; readonly error: GrpcError; readonly afterwards?: boolean }
  | { readonly kind: 'silence'; readonly afterwards?: boolean }
  /** The connection is cut, with everything else on it. */
  | { readonly kind: 'cut'; readonly afterwards?: boolean }
  | { readonly kind: 'late'; readonly byMs: number };

export interface GrpcError {
  readonly code: status;
  readonly details: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const errors = {
  unavailable: { code: status.UNAVAILABLE, details: 'Server is not ready' },
  cancelled: { code: status.CANCELLED, details: 'Call canceled by the server' },
  timeout: { code: status.ABORTED, details: 'Operation timed out' },
  unknown: { code: status.UNKNOWN, details: 'Exception was thrown by handler.' },
  invalid: { code: status.INVALID_ARGUMENT, details: 'Invalid argument' },
  accessDenied: { code: status.PERMISSION_DENIED, details: 'Access Denied', metadata: { exception: 'access-denied' } },
  notLeader: (host: string, port: number): GrpcError => ({
    code: status.NOT_FOUND,
    details: `Leader info available`,
    metadata: { exception: 'not-leader', 'leader-endpoint-host': host, 'leader-endpoint-port': String(port) },
  }),
  /** A conflict where there is none, as a server says it whose index is not ready to know better. */
  wrongExpectedVersion: (stream: string, actual: number): GrpcError => ({
    code: status.FAILED_PRECONDITION,
    details: 'Append failed due to WrongExpectedVersion',
    metadata: {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': '0',
      'actual-version': String(actual),
    },
  }),
} as const;

/** An error as the server would throw it. */
export const asGrpc = ({ code, details, metadata = {} }: GrpcError) => {
  const words = new Metadata();
  for (const [name, value] of Object.entries(metadata)) words.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata: words });
};

export const tooLarge = (most: number): GrpcError => ({
  code: status.INVALID_ARGUMENT,
  details: `Maximum Append Size of ${most} Exceeded.`,
  metadata: { exception: 'maximum-append-size-exceeded', 'maximum-append-size': String(most) },
});
