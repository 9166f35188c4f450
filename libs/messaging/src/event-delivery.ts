import type {
  EventContext,
  GroupHandling,
  Inbox,
  ParkedPlace,
  ParkedStream,
  RecordedEvent,
  Replay,
} from '@dittoo/kernel';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { handledInTrace } from './handled-span.js';
import { inOrderPerPerson } from './in-order-per-person.js';

/** The handlers of a group for one type of event: at least one of the two. */
export interface TypeHandlers {
  readonly acts?: MessageHandler;
  readonly writes?: MessageHandler;
}

/** A consumer group: the handlers of one read model or reactor, by event type; `*` takes every type. */
export type EventGroup = ReadonlyMap<string, TypeHandlers>;

type Role = keyof TypeHandlers;

/**
 * The part all transports share: it collects the `@EventPattern(type, { group })` handlers into groups and calls them.
 * A transport (in process, Kafka) is a subclass that feeds the groups; no handler knows which.
 *
 * Two groups may handle the same type, each at its own pace. Within a group a type has one handler that writes rows,
 * one reactor, or both. A reactor, marked `{ group, reacts: true }`, is called outside any transaction, before the rows
 * of the page are written. It must be safe to repeat, for instance by appending under derived event ids, and has only
 * `group` in its context. Its result is `acted` in the context of the handler that writes the rows.
 */
export abstract class EventDelivery extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly byGroup = new Map<string, Map<string, TypeHandlers>>();

  override addHandler(
    pattern: unknown,
    handler: MessageHandler,
    isEvent = false,
    extras: Record<string, unknown> = {},
  ): void {
    const type = String(pattern);
    const group = extras['group'];
    if (!isEvent) throw new Error(`${type}: only @EventPattern handlers are served here`);
    if (typeof group !== 'string') throw new Error(`@EventPattern('${type}') must name its group: { group: '…' }`);
    const role: Role = extras['reacts'] === true ? 'acts' : 'writes';
    const handlers = this.byGroup.get(group) ?? new Map<string, TypeHandlers>();
    const existing = handlers.get(type);
    if (existing?.[role] !== undefined) throw new Error(`group ${group} has two handlers of ${type}`);
    this.byGroup.set(group, handlers.set(type, { ...existing, [role]: handler }));
    this.messageHandlers.set(existing === undefined ? `${group}/${type}` : `${group}/${type}/${role}`, handler);
  }

  protected get groups(): ReadonlyMap<string, EventGroup> {
    return this.byGroup;
  }

  /** The callbacks of a group for the inbox. A transport with a dead-letter queue replaces `poisoned`. */
  protected handling(group: string): GroupHandling {
    const handlers: EventGroup = this.byGroup.get(group) ?? new Map<string, TypeHandlers>();
    const handlerOf = (type: string, role: Role): MessageHandler | undefined =>
      (handlers.get(type) ?? handlers.get('*'))?.[role];
    // Weak, because a result is needed only as long as its event: the handler gets the same object as the reactor did.
    const acted = new WeakMap<RecordedEvent, unknown>();
    const react = (events: readonly RecordedEvent[]): Promise<void> =>
      inOrderPerPerson(
        events.filter(({ type }) => handlerOf(type, 'acts') !== undefined),
        async (event) => {
          acted.set(event, await dispatch(handlerOf(event.type, 'acts'), event, { group }));
        },
      );
    const writes = (type: string): boolean => handlerOf(type, 'writes') !== undefined;
    return {
      handles: (type) => writes(type) || handlerOf(type, 'acts') !== undefined,
      writes,
      ...([...handlers.values()].some(({ acts }) => acts !== undefined) ? { react } : {}),
      handle: async (event, transaction, { fold, gather, written }) => {
        const page = { group, transaction, fold, gather, written };
        const context = { ...page, ...(acted.has(event) ? { acted: acted.get(event) } : {}) };
        await dispatch(handlerOf(event.type, 'writes'), event, context);
      },
      poisoned: () => Promise.resolve(),
    };
  }

  /** Whether every group has joined. A group that was interrupted afterwards still counts. */
  get joined(): boolean {
    return true;
  }

  /** What the transport lacks, which only an operator can make; empty = nothing is known to be missing. */
  get missing(): readonly string[] {
    return [];
  }

  /** When the oldest unhandled event of each group of this process was recorded; `null` = it has handled all. */
  async unhandledSince(): Promise<ReadonlyMap<string, string | null>> {
    const ages = new Map<string, string | null>();
    for (const group of this.byGroup.keys()) {
      ages.set(group, await this.inbox.unhandledSince(group, this.handling(group).handles));
    }
    return ages;
  }

  protected abstract readonly inbox: Inbox;

  /** Streams parked in a group of this process or of another on the same database. */
  abstract parkedStreams(): Promise<ParkedStream[]>;

  /**
   * Which of these streams are parked in a group on this database: a decision that must not miss an event waits for
   * them.
   */
  abstract parkedAmong(streams: readonly string[]): Promise<ParkedPlace[]>;

  /** Replays a parked stream. @throws DomainError `not-found` this process does not run the group */
  abstract replayParked(group: string, stream: string): Promise<Replay>;

  abstract override listen(callback: (error?: unknown) => void): void;
  abstract override close(): Promise<void>;

  override on(): void {}

  override unwrap(): never {
    throw new Error('this transport has no underlying server to unwrap');
  }
}

/** Calls a handler and waits until it has finished; its error is rethrown unchanged. @returns the handler's result */
const dispatch = async (
  handler: MessageHandler | undefined,
  event: RecordedEvent,
  context: EventContext | Pick<EventContext, 'group'>,
): Promise<unknown> => {
  if (handler === undefined) return undefined;
  return handledInTrace(event, context.group, async () => {
    const result = await (handler(event, context) as Promise<unknown>);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  });
};
