import {
  Clock,
  derivedId,
  DomainError,
  EventStore,
  fold,
  RevisionConflict,
  Sealer,
  streamName,
  type Actor,
  type Decider,
  type DomainEvent,
  type EventMetadata,
  type LegalBasis,
  type OpenedEvent,
  type PurposeName,
  type RecordedEvent,
  type UnsealedEvent,
  type SubjectId,
  type Uuid,
} from '@dittoo/kernel';
import { currentTraceparent } from './trace.js';

/** The origin of a command; becomes part of the metadata of its events. */
export interface CommandContext {
  readonly dataSubjectId: SubjectId | null;
  readonly actor: Actor;
  readonly correlationId: Uuid;
  /**
   * The command (from its Idempotency-Key, if any) or the event that causes it: a stream takes the events of one cause
   * once.
   */
  readonly causationId: Uuid;
  readonly traceparent: string | null;
  readonly noticeVersion: string | null;
}

/** Purpose, legal basis and version of each event type: the part of the schema map that metadata needs. */
export interface EventFacts {
  readonly [type: string]: {
    readonly schemaVersion: number;
    readonly purpose: PurposeName;
    readonly legalBasis: LegalBasis;
  };
}

export interface Loaded<State, Event extends DomainEvent> {
  readonly state: State;
  /** `null` = the stream does not exist. */
  readonly revision: bigint | null;
  readonly history: readonly OpenedEvent<Event>[];
}

export interface Executed<State, Event extends DomainEvent> extends Loaded<State, Event> {
  /** The events of this command, from now or from its first execution. */
  readonly events: readonly Event[];
}

const attempts = 8;

/**
 * Executes commands: load, open, decide, seal, append.
 *
 * Dies before the append: nothing happened. Dies after it: the repeated command finds its own events by their cause
 * and answers as the first time. Two at once: one appends, the other reads again and decides again.
 */
export class Commands {
  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly facts: EventFacts,
  ) {}

  /** The current aggregate; personal fields opened, or `Erased`. */
  async load<Command, State, Event extends DomainEvent>(
    decider: Decider<Command, State, Event>,
    id: Uuid,
  ): Promise<Loaded<State, Event>> {
    const recorded: RecordedEvent[] = [];
    for await (const event of this.store.readStream(streamName(decider.category, id))) recorded.push(event);
    const history = await this.sealer.open<Event>(recorded);
    return {
      state: fold(
        decider,
        history.map(({ event }) => event),
      ),
      revision: recorded.at(-1)?.revision ?? null,
      history,
    };
  }

  /**
   * @param command the command, or a function of now (for commands that contain the time)
   * @param known what the caller has loaded already: decided on first; the stream is read again only if it has moved
   * @throws DomainError a rule forbids it
   * @throws SubjectKeyDestroyed the person was erased
   * @throws RevisionConflict the stream changed during every attempt: try again
   */
  async execute<Command, State, Event extends DomainEvent>(
    decider: Decider<Command, State, Event>,
    id: Uuid,
    command: Command | ((now: string) => Command),
    context: CommandContext,
    known?: Loaded<State, Event>,
  ): Promise<Executed<State, Event>> {
    for (let attempt = 1; ; attempt++) {
      const loaded = attempt === 1 && known !== undefined ? known : await this.load(decider, id);
      const earlier = loaded.history.filter(({ recorded }) => recorded.metadata.causationId === context.causationId);
      if (earlier.length > 0) return { ...loaded, events: earlier.map(({ event }) => event) };
      try {
        return await this.decideOn(decider, id, loaded, command, context);
      } catch (error) {
        if (!(error instanceof RevisionConflict) || attempt === attempts) throw error;
      }
    }
  }

  /**
   * `execute` for a command that begins its stream: decides on the initial state and appends, without reading first.
   * If the stream already exists it continues like `execute`. Same errors.
   */
  async begin<Command, State, Event extends DomainEvent>(
    decider: Decider<Command, State, Event>,
    id: Uuid,
    command: Command | ((now: string) => Command),
    context: CommandContext,
  ): Promise<Executed<State, Event>> {
    try {
      const nothing = { state: decider.initialState, revision: null, history: [] };
      return await this.decideOn(decider, id, nothing, command, context);
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      return this.execute(decider, id, command, context);
    }
  }

  private async decideOn<Command, State, Event extends DomainEvent>(
    decider: Decider<Command, State, Event>,
    id: Uuid,
    loaded: Loaded<State, Event>,
    command: Command | ((now: string) => Command),
    context: CommandContext,
  ): Promise<Executed<State, Event>> {
    const stream = streamName(decider.category, id);
    const now = this.clock.now();
    const asked = typeof command === 'function' ? (command as (now: string) => Command)(now) : command;
    const events = decider.decide(asked, loaded.state);
    if (events.length === 0) return { ...loaded, events };
    const sealed = await this.sealer.seal(this.unsealed(stream, events, context, now));
    const { revision } = await this.store.append(stream, sealed, loaded.revision ?? 'no-stream');
    return { state: events.reduce(decider.evolve, loaded.state), revision, history: loaded.history, events };
  }

  private unsealed(
    stream: string,
    events: readonly DomainEvent[],
    context: CommandContext,
    now: string,
  ): UnsealedEvent[] {
    return events.map((event, index) => {
      const facts = Object.hasOwn(this.facts, event.type) ? this.facts[event.type] : undefined;
      if (facts === undefined) throw new DomainError('internal-error', `event ${event.type} is not in the schema map`);
      // Field by field: other fields of the context must not get into metadata, which cannot be erased.
      const metadata: EventMetadata = {
        dataSubjectId: context.dataSubjectId,
        actor: { kind: context.actor.kind, id: context.actor.id },
        correlationId: context.correlationId,
        causationId: context.causationId,
        traceparent: context.traceparent,
        noticeVersion: context.noticeVersion,
        purpose: facts.purpose,
        legalBasis: facts.legalBasis,
        schemaVersion: facts.schemaVersion,
        recordedAt: now,
      };
      return { stream, eventId: derivedId(context.causationId, stream, String(index)), event, metadata };
    });
  }
}

/** The context of a reactor: the event it reacts to is the cause, the person stays the same. */
export const causedBy = (event: Omit<RecordedEvent, 'type' | 'data'>, reactor: string): CommandContext => ({
  dataSubjectId: event.metadata.dataSubjectId,
  actor: { kind: 'system', id: reactor },
  correlationId: event.metadata.correlationId,
  causationId: event.eventId,
  traceparent: currentTraceparent() ?? event.metadata.traceparent,
  noticeVersion: event.metadata.noticeVersion,
});
