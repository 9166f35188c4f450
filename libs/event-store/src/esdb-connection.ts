/*
 * The client of EventStoreDB as the rest of this folder uses it: its known defects are remedied here and in
 * `esdb-follow.ts`, each under the number the specs name it by.
 */
import { DomainError, EventStoreUnavailable, pause } from '@dittoo/kernel';
import { EventStoreDBClient, isCommandError, ErrorType, type Credentials } from '@eventstore/db-client';
import type { EsdbAddress } from './esdb-address.js';

/** What went wrong, in the client's word for it. Its own errors carry the answer's metadata; this one carries nothing. */
export class EsdbFailure extends Error {
  override readonly name = 'EsdbFailure';
  constructor(
    readonly word: string,
    readonly code: number | undefined = undefined,
  ) {
    super(`EventStoreDB: ${word}`);
  }
}

/** E9: any of these may have happened after the deed, and any of them passes. */
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
/** gRPC: invalid argument, failed precondition, out of range, unimplemented. The same again tomorrow. */
const lasting = new Set([3, 9, 11, 12]);
/** gRPC: the message is larger than the other side takes. */
const resourceExhausted = 8;

/** What OpenSSL says of a certificate nobody vouches for, or that is for another host, or that is none. */
const notTrusted = /certificate|self.signed|altnames|SSL routines/i;

/** @param error of the client, or of ours */
export const failureOf = (error: unknown): EsdbFailure => {
  if (error instanceof EsdbFailure) return error;
  if (error instanceof Error && isCommandError(error)) {
    const { code, type } = error as { code?: number; type?: string };
    const untrusted = type === ErrorType.UNAVAILABLE && notTrusted.test(error.message);
    return new EsdbFailure(untrusted ? 'untrusted' : (type ?? 'unknown'), code);
  }
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'number') return new EsdbFailure(ErrorType.UNKNOWN, code);
  // Thrown before there was a connection: no node of a cluster answers.
  return new EsdbFailure(String(message).startsWith('Failed to discover') ? ErrorType.UNAVAILABLE : 'unexpected');
};

/** May it work later, or have worked already? */
export const isPassing = ({ word, code }: EsdbFailure): boolean =>
  passing.has(word) && !(code !== undefined && (lasting.has(code) || code === resourceExhausted));

/** In the words of the port. Refused credentials are mended without us, so they are waited for like a server. */
export const inOurWords = (failure: EsdbFailure): Error => {
  if (failure.word === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED || failure.code === resourceExhausted) {
    return new DomainError('payload-too-large', 'more than the event store takes in one append');
  }
  if (isPassing(failure) || failure.word === ErrorType.ACCESS_DENIED) return new EventStoreUnavailable(failure);
  return failure;
};

/** A call of the client that streams. */
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
  /** After so long without an answer a call is given up. Default 10 s. */
  readonly deadlineMs?: number;
}

/** Pauses before a read that failed in passing is repeated. */
const retryPausesMs = [20, 100, 300];

export class EsdbConnection {
  readonly client: EventStoreDBClient;
  readonly deadlineMs: number;
  private readonly givenUp = new WeakSet<GrpcChannel>();
  private closed = false;
  /**
   * Goes with every call. E1, E13: an append with credentials takes the unary path, without batch and without asking
   * the server what it can; those of the connection string do not do that. Without TLS they are never sent.
   */
  readonly credentials: Credentials;

  constructor(address: EsdbAddress, { deadlineMs = 10_000 }: EsdbConnectionOptions = {}) {
    this.client = EventStoreDBClient.connectionString(address.connection);
    this.credentials = address.credentials ?? { username: 'nobody', password: 'nothing' };
    this.deadlineMs = deadlineMs;
    this.outliveReconnects();
  }

  /** For every call; reads too ask the leader, so that what was appended is seen. */
  get callOptions(): { readonly credentials: Credentials; readonly requiresLeader: true; readonly deadline: number } {
    return { credentials: this.credentials, requiresLeader: true, deadline: this.deadlineMs };
  }

  /** E2: a call that never answers is given up. What it does later is nobody's concern any more. */
  async within<T>(call: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new EsdbFailure('silence')), this.deadlineMs * 1.5);
    });
    call.catch(() => undefined);
    return Promise.race([call, silence]).finally(() => clearTimeout(timer));
  }

  /**
   * Two ways in which the client ends the process while it reconnects, as rejections nobody handles. It closes the
   * connection it gives up while an append that has just been handed it is about to use it: so the closing waits a turn. And
   * of the calls that fail with a cluster that is away, those that find out late wait for a search that fails.
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

  /** Everything a read brings; the client puts no deadline on reads, so silence is one. */
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

  /** Repeats a read that fails in passing: the first call after an outage finds the old connection. */
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

  /** @throws EventStoreUnavailable it was closed */
  requireOpen(): void {
    if (this.closed) throw new EventStoreUnavailable(new EsdbFailure('closed'));
  }

  /** Ends every call and the connection; the client itself would leave the connection open. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await new Promise((resolve) => setImmediate(resolve)); // calls that passed `requireOpen` have their connection by now
    await this.within(this.client.dispose()).catch(() => undefined);
    const getChannel = inner<() => Promise<GrpcChannel>>(this.client, 'getChannel');
    await this.within(getChannel().then((channel) => channel.close())).catch(() => undefined);
  }
}

/** A member of the client that its types keep to themselves. */
const inner = <Member>(client: object, name: string): Member => Reflect.get(client, name) as Member;
