/* eslint max-lines: off -- the protocol is one service definition, call by call */
/*
 * A sandbox for EventStoreDB, for when no server is available. It serves the published gRPC protocol from the service
 * definitions the client ships: append, batch append, read, subscribe, gossip, optionally with TLS and users, and it
 * fails as a test tells it to. It is not a database: one process, no index, no replication, everything in memory.
 *
 * Longer than 350 lines, because each call of the service is answered in one place.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Server,
  ServerCredentials,
  status,
  type Metadata,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import gossipDefinition from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import featuresDefinition from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import streamService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { Connections } from './connections.js';
import { SandboxLog, type KeptEvent, type ProposedEvent } from './log.js';
import { eventsToRead } from './reads.js';
import {
  appendAnswer,
  batchAnswer,
  checkpointAnswer,
  confirmation,
  eventAnswer,
  expectedOf,
  expectedOfBatch,
  filterOf,
  nameOf,
  notFoundAnswer,
  proposedOf,
  sizeOf,
} from './messages.js';
import { featuresService, gossipService } from './cluster.js';
import { asGrpc, errors, tooLarge, type Fault, type GrpcError, type Operation } from './faults.js';

export { errors, type Fault, type GrpcError, type Operation } from './faults.js';

export interface SandboxOptions {
  /** Events are kept in this file, each on disk before its append is acknowledged; default: in memory. */
  readonly file?: string;
  readonly port?: number;
  /** TLS with this certificate and private key, PEM; default: none. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** User name -> password, each with full access; default: no authentication. */
  readonly users?: Readonly<Record<string, string>>;
  /** Default 4 MiB; a server's own default is 1 MiB (`--max-append-size`). */
  readonly maxAppendBytes?: number;
}

/** Serialised once and reused: logs are read again and again. */
const written = new WeakMap<ReadResp, Buffer>();
const { read } = streamService.StreamsService;
const streams = {
  ...streamService.StreamsService,
  read: {
    ...read,
    responseSerialize: (answer: ReadResp): Buffer => {
      const bytes = written.get(answer) ?? read.responseSerialize(answer);
      written.set(answer, bytes);
      return bytes;
    },
  },
};

type Subscriber = ServerWritableStream<ReadReq, ReadResp>;

export class EventStoreSandbox {
  /** How often each operation was called. */
  readonly calls = {
    append: 0,
    appendAny: 0,
    batchAppend: 0,
    readStream: 0,
    readAll: 0,
    subscribe: 0,
    serverFeatures: 0,
  };
  private readonly faults = new Map<Operation, { readonly fault: Fault; times: number }[]>();
  private readonly subscribers = new Set<Subscriber>();
  private readonly stopped = new AbortController();
  private members: readonly number[] = [];

  private constructor(
    readonly log: SandboxLog,
    private readonly options: SandboxOptions,
    private readonly server: Server,
    private readonly front: Connections,
    readonly port: number,
  ) {}

  static async start(options: SandboxOptions = {}): Promise<EventStoreSandbox> {
    const server = new Server({
      'grpc.max_receive_message_length': 17 * 1024 * 1024,
      'grpc.max_send_message_length': 17 * 1024 * 1024,
    });
    const credentials =
      options.certificate === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [
            { cert_chain: Buffer.from(options.certificate.cert), private_key: Buffer.from(options.certificate.key) },
          ]);
    const behind = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
    });
    const front = new Connections(behind);
    const port = await front.open(options.port ?? 0);
    const sandbox = new EventStoreSandbox(new SandboxLog(options.file ?? null), options, server, front, port);
    server.addService(streams, sandbox.streams());
    const { ServerFeaturesService } = featuresDefinition;
    server.addService(
      ServerFeaturesService,
      featuresService(() => sandbox.calls.serverFeatures++),
    );
    server.addService(
      gossipDefinition.GossipService,
      gossipService(() => sandbox.members),
    );
    sandbox.members = [port];
    return sandbox;
  }

  /** Connection string without a user. */
  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=${this.options.certificate !== undefined}`;
  }

  get subscriptions(): number {
    return this.subscribers.size;
  }

  /** The next `times` calls of `operation` fail. */
  fail(operation: Operation, fault: Fault, times = 1): void {
    this.faults.set(operation, [...(this.faults.get(operation) ?? []), { fault, times }]);
  }

  /** Ends all faults. */
  heal(): void {
    this.faults.clear();
    this.front.release();
  }

  /** Ends every subscription without an error, as a server does that sends its clients to another member. */
  endSubscriptions(): void {
    for (const call of this.subscribers) call.end();
  }

  failSubscriptions(error: GrpcError): void {
    for (const call of this.subscribers) call.emit('error', asGrpc(error));
  }

  cutConnections(): void {
    this.front.cut();
  }

  /** Connections stay open but nothing is sent until `heal`. */
  fallSilent(): void {
    this.front.hold();
  }

  /** Takes the server off the network; the log is kept. */
  goDown(): Promise<void> {
    return this.front.shut();
  }

  async comeBack(): Promise<void> {
    await this.front.open();
  }

  /** Sets the cluster that gossip reports: ports on loopback, the first is the leader. */
  gossipAbout(ports: readonly number[]): void {
    this.members = ports;
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.front.shut();
    this.server.forceShutdown();
    this.log.close();
  }

  private streams(): UntypedServiceImplementation {
    return {
      read: (call: Subscriber) => void this.read(call),
      append: (call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>) =>
        this.append(call, done),
      batchAppend: (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>) => this.batchAppend(call),
      delete: (_call: unknown, done: sendUnaryData<unknown>) => done({ code: status.UNIMPLEMENTED }),
      tombstone: (_call: unknown, done: sendUnaryData<unknown>) => done({ code: status.UNIMPLEMENTED }),
    };
  }

  private mayPass(metadata: Metadata): boolean {
    const { users } = this.options;
    if (users === undefined) return true;
    const [, encoded = ''] = String(metadata.get('authorization')[0] ?? '').split(' ');
    const [name = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
    return Object.hasOwn(users, name) && users[name] === password;
  }

  private nextFault(operation: Operation): Fault | undefined {
    const [first] = this.faults.get(operation) ?? [];
    if (first === undefined) return undefined;
    if (--first.times <= 0) this.faults.get(operation)!.shift();
    return first.fault;
  }

  private append(call: ServerReadableStream<AppendReq, AppendResp>, done: sendUnaryData<AppendResp>): void {
    this.calls.append++;
    if (!this.mayPass(call.metadata)) return done(asGrpc(errors.accessDenied));
    const fault = this.nextFault('append');
    let options: AppendReq.Options | undefined;
    const proposed: ProposedEvent[] = [];
    call.on('data', (request: AppendReq) => {
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (message !== undefined) proposed.push(proposedOf(message));
    });
    call.on('error', () => undefined);
    call.on('end', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      if (call.cancelled) return; // a cancelled call looks like its end at first; the batch is incomplete
      const answer = (): void => {
        if (proposed.reduce((sum, event) => sum + sizeOf(event), 0) > this.maxAppendBytes) {
          return done(asGrpc(tooLarge(this.maxAppendBytes)));
        }
        const expected = expectedOf(options!);
        if (expected === 'any') this.calls.appendAny++;
        const appended = this.log.append(nameOf(options!.getStreamIdentifier()), expected, proposed);
        if (fault === undefined || fault.kind === 'late') return done(null, appendAnswer(appended, expected));
      };
      if (fault === undefined) return answer();
      if (fault.kind === 'late') return void sleep(fault.byMs).then(answer);
      if (fault.afterwards === true) answer();
      if (fault.kind === 'error') done(asGrpc(fault.error));
      else if (fault.kind === 'cut') this.front.cut();
    });
  }

  private get maxAppendBytes(): number {
    return this.options.maxAppendBytes ?? 4 * 1024 * 1024;
  }

  private batchAppend(call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    this.calls.batchAppend++;
    let options: BatchAppendReq.Options | undefined;
    let proposed: ProposedEvent[] = [];
    call.on('error', () => undefined);
    call.on('data', (request: BatchAppendReq) => {
      options = request.getOptions() ?? options;
      proposed.push(...request.getProposedMessagesList().map(proposedOf));
      if (!request.getIsFinal()) return;
      const stream = nameOf(options!.getStreamIdentifier());
      call.write(batchAnswer(request, stream, this.log.append(stream, expectedOfBatch(options!), proposed)));
      proposed = [];
    });
    call.on('end', () => call.end());
  }

  private async read(call: Subscriber): Promise<void> {
    const options = call.request.getOptions()!;
    const operation = options.hasSubscription() ? 'subscribe' : options.hasAll() ? 'readAll' : 'readStream';
    this.calls[operation]++;
    call.on('error', () => undefined);
    const fail = (error: GrpcError): void => void call.emit('error', asGrpc(error));
    if (!this.mayPass(call.metadata)) return fail(errors.accessDenied);
    const fault = this.nextFault(operation);
    const failCall = async (): Promise<void> => {
      if (fault?.kind === 'error') fail(fault.error);
      if (fault?.kind !== 'cut') return; // a silent call sends nothing more
      await new Promise((resolve) => setImmediate(resolve)); // events already written leave first
      this.front.cut();
    };
    if (fault?.kind === 'late') await sleep(fault.byMs);
    else if (fault !== undefined && fault.afterwards !== true) return failCall();
    if (operation === 'subscribe') await this.subscribe(call, options);
    else await this.answerRead(call, options);
    if (fault !== undefined && fault.kind !== 'late') return failCall();
    call.end();
  }

  private async answerRead(call: Subscriber, options: ReadReq.Options): Promise<void> {
    const found = eventsToRead(this.log, options);
    if (found === 'no-stream') {
      return void call.write(notFoundAnswer(nameOf(options.getStream()!.getStreamIdentifier())));
    }
    if (found === 'no-record') return void call.emit('error', asGrpc(errors.invalid));
    for (const event of found) if (!(await this.send(call, eventAnswer(event)))) return;
  }

  /** Resolves when the subscription ends, for whatever reason. */
  private async subscribe(call: Subscriber, options: ReadReq.Options): Promise<void> {
    const ends = new AbortController();
    const end = (): void => ends.abort();
    call.on('cancelled', end).on('error', end).on('finish', end).on('close', end);
    this.stopped.signal.addEventListener('abort', end);
    this.subscribers.add(call);
    try {
      await this.follow(call, options, ends.signal);
    } finally {
      this.subscribers.delete(call);
      this.stopped.signal.removeEventListener('abort', end);
    }
  }

  private async follow(call: Subscriber, options: ReadReq.Options, signal: AbortSignal): Promise<void> {
    await this.send(call, confirmation(randomUUID()));
    const inStream = options.getStream();
    const source = inStream === undefined ? this.log.events : nameOf(inStream.getStreamIdentifier());
    const list = (): readonly KeptEvent[] => (typeof source === 'string' ? this.log.stream(source) : source);
    const filter = filterOf(options);
    const all = options.getAll();
    let next = 0;
    if (all?.hasPosition() === true) next = this.log.indexAfter(Number(all.getPosition()!.getCommitPosition()));
    else if (inStream?.getRevision() && !inStream.hasStart()) next = Number(inStream.getRevision()) + 1;
    if (all?.hasEnd() === true || inStream?.hasEnd() === true) next = list().length;
    for (let scanned = 0; !signal.aborted;) {
      const event = list()[next];
      if (event === undefined) {
        await this.log.grown(signal);
        continue;
      }
      next++;
      if (filter?.passes(event) !== false && !(await this.send(call, eventAnswer(event)))) return;
      if (filter !== null && ++scanned % filter.checkpointEvery === 0) {
        if (!(await this.send(call, checkpointAnswer(event.position)))) return;
      }
    }
  }

  /** @returns is the subscriber still connected? */
  private async send(call: Subscriber, answer: ReadResp): Promise<boolean> {
    if (call.cancelled || call.writableEnded || call.destroyed) return false;
    if (call.write(answer)) return true;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        for (const event of ['drain', 'cancelled', 'close', 'error', 'finish']) call.off(event, go);
        resolve();
      };
      for (const event of ['drain', 'cancelled', 'close', 'error', 'finish']) call.on(event, go);
    });
    return !call.cancelled && !call.writableEnded && !call.destroyed;
  }
}
