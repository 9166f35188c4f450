import type { EventContext, GroupHandling, ParkedPlace, ParkedStream, RecordedEvent, Replay } from '@dittoo/kernel';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { handledInTrace } from './handled-span.js';
import { inOrderPerPerson } from './in-order-per-person.js';

/** What a group does with one type of event: at least one of the two. */
export interface TypeHandlers {
  readonly acts?: MessageHandler;
  readonly writes?: MessageHandler;
}

/** A consumer group: the handlers of one read model or reactor, by event type; `*` takes every type. */
export type EventGroup = ReadonlyMap<string, TypeHandlers>;

type Role = keyof TypeHandlers;

/**
 * What every transport has in common: it collects the `@EventPattern(type, { group })` handlers into groups and calls
 * them. A transport (in process, Kafka) is a subclass that feeds the groups; no handler knows which.
 *
 * Two groups may handle the same type, each at its own pace; within a group a type has one handler that writes rows, one
 * that acts, or both. One that says `{ group, reacts: true }` acts: it is called outside any transaction, before the rows
 * of the page are written, appends under derived event ids or acts otherwise so that a repeat changes nothing, and finds
 * only `group` in its context. What it returns is `acted` in the context of the handler that writes the rows.
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
    const others = handlers.get(type);
    if (others?.[role] !== undefined) throw new Error(`group ${group} has two handlers of ${type}`);
    this.byGroup.set(group, handlers.set(type, { ...others, [role]: handler }));
    this.messageHandlers.set(others === undefined ? `${group}/${type}` : `${group}/${type}/${role}`, handler);
  }

  protected get groups(): ReadonlyMap<string, EventGroup> {
    return this.byGroup;
  }

  /** What the inbox calls for a group. A transport with a place for poison replaces `poisoned`. */
  protected handling(group: string): GroupHandling {
    const handlers: EventGroup = this.byGroup.get(group) ?? new Map<string, TypeHandlers>();
    const handlerOf = (type: string, role: Role): MessageHandler | undefined =>
      (handlers.get(type) ?? handlers.get('*'))?.[role];
    // As long as the event is at hand: who writes its rows was given the same object as who acted.
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

  /** Does every group take part by now? One that was interrupted later still counts. */
  get joined(): boolean {
    return true;
  }

  /** Streams that stand still in a group of this process or another on the same database. */
  abstract parkedStreams(): Promise<ParkedStream[]>;

  /** Which of these streams stand still in a group on this database: who must not miss an event waits for them. */
  abstract parkedAmong(streams: readonly string[]): Promise<ParkedPlace[]>;

  /** Takes a parked stream up again. @throws DomainError `not-found` no such group in this process */
  abstract replayParked(group: string, stream: string): Promise<Replay>;

  abstract override listen(callback: (error?: unknown) => void): void;
  abstract override close(): Promise<void>;

  override on(): void {}

  override unwrap(): never {
    throw new Error('there is no other server behind this one');
  }
}

/** Calls a handler and waits for all it does; its error arrives here as it was thrown. @returns what it returned */
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
