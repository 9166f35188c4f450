import type { DomainEvent } from './event.js';

/**
 * The rules of one aggregate as data: no I/O, no clock, no randomness. Time and ids come in with the command.
 *
 * `decide` returns the events (none if nothing changes) and may throw `DomainError`; `evolve` never throws and
 * never decides, and is total over erased fields.
 */
export interface Decider<Command, State, Event extends DomainEvent> {
  /** Streams are `<category>-<uuid>`. */
  readonly category: string;
  readonly initialState: State;
  readonly decide: (command: Command, state: State) => readonly Event[];
  readonly evolve: (state: State, event: Event) => State;
}

/** Folds a history into the state it leads to. */
export const fold = <Command, State, Event extends DomainEvent>(
  decider: Decider<Command, State, Event>,
  history: readonly Event[],
): State => history.reduce(decider.evolve, decider.initialState);
