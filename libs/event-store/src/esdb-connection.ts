/*
 * The client of EventStoreDB for the rest of this folder. Workarounds for its known defects are here and in
 * `esdb-follow.ts`, each marked with the defect's number as in the specs.
 */
import { DomainError, EventStoreUnavailable, pause } from '@dittoo/kernel';
import { EventStoreDBClient, isCommandError, ErrorType, type Credentials } from '@eventstore/db-client';
import type { EsdbAddress } from './esdb-address.js';

/**
 * A failure by the client's code for it. The client's own errors contain the response's metadata; this one does not.
 */
export class EsdbFailure extends Error {
  override readonly name = 'EsdbFailure';
  constructor(
    readonly word: string,
    readonly code: number | undefined = undefined,
  ) {
    super(`EventStoreDB: ${word}`);
  }
}

/** E9: transient failures; the call may have had its effect before any of them. */
const passing: ReadonlySet<string> = new Set([
  ErrorType.UNAVAILABLE,
  ErrorType.CANCELLED,
  ErrorType.NOT_LEADER,
  ErrorType.DEADLINE_EXCEEDED,
  ErrorType.TIMEOUT,
  ErrorType.UNKNOWN,
  'silence',
  'untrusted',
]);
/** gRPC: invalid argument, failed precondition, out of range, unimplemented. A retry fails again. */
const lasting = new Set([3, 9, 11, 12]);
/** gRPC: the message is larger than the server accepts. */
const resourceExhausted = 8;

/** OpenSSL's messages for an untrusted certificate, one of another host, or none. */
const notTrusted = /certificate|self.signed|altnames|SSL routines/i;

/** @param error thrown by the client or by this folder */
export const failureOf = (error: unknown): EsdbFailure => {
  if (error instanceof EsdbFailure) return error;
  if (error instanceof Error && isCommandError(error)) {
    const { code, type } = error as { code?: number; type?: string };
    const untrusted = type === ErrorType.UNAVAILABLE && notTrusted.test(error.message);
    return new EsdbFailure(untrusted ? 'untrusted' : (type ?? 'unknown'), code);
  }
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'number') return new EsdbFailure(ErrorType.UNKNOWN, code);
  // Thrown before a connection exists: no node of the cluster answers.
  return new EsdbFailure(String(message).startsWith('Failed to discover') ? ErrorType.UNAVAILABLE : 'unexpected');
};

/** Whether a retry may succeed; the call may also have had its effect already. */
export const isPassing = ({ word, code }: EsdbFailure): boolean =>
  passing.has(word) && !(code !== undefined && (lasting.has(code) || code === resourceExhausted));

/** The port's error for a failure. Refused credentials are fixed on the server, so they count as unavailability. */
export const inOurWords = (failure: EsdbFailure): Error => {
  if (failure.word === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED || failure.code === resourceExhausted) {
    return new DomainError('payload-too-large', 'more than the event store accepts in one append');
  }
  if (isPassing(failure) || failure.word === ErrorType.ACCESS_DENIED) return new EventStoreUnavailable(failure);
  return failure;
};

/** A streaming call of the client. */
interface Call<T> {
  on(event: 'data', listener: (item: T) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  cancel(): Promise<void>;
}

interface GrpcChannel {
  close(): void;
}
interface GrpcClient {
  getChannel(): GrpcChannel;
}

export interface EsdbConnectionOptions {
  /** A call without a response is given up after this time. Default 10 s. */
  readonly deadlineMs?: number;
}

/** Pauses before the retries of a read after transient failures. */
const retryPausesMs = [20, 100, 300];

export class EsdbConnection {
  readonly client: EventStoreDBClient;
  readonly deadlineMs: number;
  private readonly givenUp = new WeakSet<GrpcChannel>();
  private closed = false;
  /**
   * Passed with every call. E1, E13: an append with credentials takes the unary path, without a batch and without
   * probing the server's features; credentials in the connection string do not have that effect. Without TLS they are
   * never sent.
   */
  readonly credentials: Credentials;

  constructor(address: EsdbAddress, { deadlineMs = 10_000 }: EsdbConnectionOptions = {}) {
    this.client = EventStoreDBClient.connectionString(address.connection);
    this.credentials = address.credentials ?? { username: 'nobody', password: 'nothing' };
    this.deadlineMs = deadlineMs;
    this.outliveReconnects();
  }

  /** Options of every call; reads also go to the leader, so that they see every acknowledged append. */
  get callOptions(): { readonly credentials: Credentials; readonly requiresLeader: true; readonly deadline: number } {
    return { credentials: this.credentials, requiresLeader: true, deadline: this.deadlineMs };
  }

  /** E2: gives up a call that never settles. Its late result is ignored. */
  async within<T>(call: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new EsdbFailure('silence')), this.deadlineMs * 1.5);
    });
    call.catch(() => undefined);
    return Promise.race([call, silence]).finally(() => clearTimeout(timer));
  }

  /**
   * Prevents two unhandled rejections by which a reconnecting client would end the process. It closes a given-up
   * connection while an append that just received it is about to use it: so closing waits one turn of the event loop.
   * And when a whole cluster is unavailable, calls that notice late wait for a node discovery whose failure nothing
   * handles.
   */
  private outliveReconnects(): void {
    const { client } = this;
    const handle = inner<(failed: GrpcClient, error: Error) => Promise<void>>(client, 'handleError');
    const handleError: typeof handle = (failed, error) => {
      const channel = failed.getChannel();
      if (!this.givenUp.has(channel)) {
        this.givenUp.add(channel);
        const close = channel.close.bind(channel);
        channel.close = () => void setImmediate(close);
      }
      return handle(failed, error).catch(() => undefined);
    };
    Object.assign(client, { handleError });
  }

  /**
   * Collects the items of a read. The client has no deadline for reads, so one without an item for that long is given
   * up.
   */
  collect<T>(call: Call<T>): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const items: T[] = [];
      const timer = setTimeout(() => {
        reject(new EsdbFailure('silence'));
        call.cancel().catch(() => undefined);
      }, this.deadlineMs);
      call.on('data', (item) => {
        items.push(item);
        timer.refresh();
      });
      call.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      call.on('end', () => {
        clearTimeout(timer);
        resolve(items);
      });
    });
  }

  /** Retries a read after transient failures: the first call after an outage still uses the old connection. */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        this.requireOpen();
        return await read();
      } catch (error) {
        if (error instanceof EventStoreUnavailable) throw error;
        const failure = failureOf(error);
        const waitMs = retryPausesMs[attempt];
        if (!isPassing(failure) || failure.word === 'silence' || waitMs === undefined) throw inOurWords(failure);
        await pause(waitMs);
      }
    }
  }

  /** @throws EventStoreUnavailable the connection was closed */
  requireOpen(): void {
    if (this.closed) throw new EventStoreUnavailable(new EsdbFailure('closed'));
  }

  /** Ends every call and the connection; the client itself would leave the connection open. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await new Promise((resolve) => setImmediate(resolve)); // so that calls that passed `requireOpen` have their connection
    await this.within(this.client.dispose()).catch(() => undefined);
    const getChannel = inner<() => Promise<GrpcChannel>>(this.client, 'getChannel');
    await this.within(getChannel().then((channel) => channel.close())).catch(() => undefined);
  }
}

/** A private member of the client. */
const inner = <Member>(client: object, name: string): Member => Reflect.get(client, name) as Member;
