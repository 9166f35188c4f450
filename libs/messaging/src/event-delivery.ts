import type { EventContext, GroupHandling, ParkedPlace, ParkedStream, RecordedEvent, Replay } from '@dittoo/kernel';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { handledInTrace } from './handled-span.js';
import { inOrderPerPerson } from './in-order-per-person.js';

/** A consumer group: the handlers of one read model or reactor, by event type; `*` takes every type. */
export type EventGroup = ReadonlyMap<string, MessageHandler>;

/**
 * What every transport has in common: it collects the `@EventPattern(type, { group })` handlers into groups and calls
 * them. A transport (in process, Kafka) is a subclass that feeds the groups; no handler knows which.
 *
 * Two groups may handle the same type, each at its own pace; within a group a type has one handler. One that says
 * `{ group, reacts: true }` is called outside any transaction, before the rows of the page are written: it appends under
 * derived event ids or acts otherwise so that a repeat changes nothing, and finds only `group` in its context.
 */
export abstract class EventDelivery extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly byGroup = new Map<string, Map<string, MessageHandler>>();
  private readonly reactors = new Set<MessageHandler>();

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
    const handlers = this.byGroup.get(group) ?? new Map<string, MessageHandler>();
    if (handlers.has(type)) throw new Error(`group ${group} has two handlers of ${type}`);
    this.byGroup.set(group, handlers.set(type, handler));
    if (extras['reacts'] === true) this.reactors.add(handler);
    this.messageHandlers.set(`${group}/${type}`, handler);
  }

  protected get groups(): ReadonlyMap<string, EventGroup> {
    return this.byGroup;
  }

  /** What the inbox calls for a group. A transport with a place for poison replaces `poisoned`. */
  protected handling(group: string): GroupHandling {
    const handlers = this.byGroup.get(group) ?? new Map<string, MessageHandler>();
    const reacts = (type: string): boolean => {
      const handler = handlers.get(type) ?? handlers.get('*');
      return handler !== undefined && this.reactors.has(handler);
    };
    const react = (events: readonly RecordedEvent[]): Promise<void> =>
      inOrderPerPerson(
        events.filter(({ type }) => reacts(type)),
        (event) => this.dispatch(event, { group }),
      );
    const handles = (type: string): boolean => handlers.has(type) || handlers.has('*');
    return {
      handles,
      writes: (type) => handles(type) && !reacts(type),
      ...([...handlers.values()].some((handler) => this.reactors.has(handler)) ? { react } : {}),
      handle: async (event, transaction, page) => {
        if (!reacts(event.type)) await this.dispatch(event, { group, transaction, ...page });
      },
      poisoned: () => Promise.resolve(),
    };
  }

  /** Calls the group's handler and waits for all it does; its error arrives here as it was thrown. */
  private async dispatch(event: RecordedEvent, context: EventContext | Pick<EventContext, 'group'>): Promise<void> {
    const handlers = this.byGroup.get(context.group);
    const handler = handlers?.get(event.type) ?? handlers?.get('*');
    if (handler === undefined) throw new Error(`group ${context.group} has no handler of ${event.type}`);
    await handledInTrace(event, context.group, async () => {
      const result = await (handler(event, context) as Promise<unknown>);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    });
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
