import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type Decider, type DomainEvent, DomainError, fold, type ProblemCode } from '@dittoo/kernel';

export interface DeciderOutcome<Event extends DomainEvent> {
  /** The command leads to exactly these events; none = nothing changes. */
  then(...events: Event[]): void;
  /** The command is refused with this `DomainError` code. */
  thenFails(code: ProblemCode): void;
}

export interface DeciderGiven<Command, Event extends DomainEvent> {
  when(command: Command): DeciderOutcome<Event>;
}

const print = (value: unknown): string => inspect(value, { depth: null, sorted: true, maxArrayLength: null });

/**
 * Rules as sentences: `given(...history).when(command).then(...events)`. `decide` is called twice, must return the same
 * and must not change the state, so that it is safe to decide again after a conflict.
 */
export const deciderSpec =
  <Command, State, Event extends DomainEvent>(decider: Decider<Command, State, Event>) =>
  (...history: Event[]): DeciderGiven<Command, Event> => ({
    when: (command) => {
      const decide = (): readonly Event[] => {
        const state = fold(decider, history);
        const before = print(state);
        const events = decider.decide(command, state);
        assert.equal(print(state), before, 'decide changed the state it was given');
        assert.deepStrictEqual(decider.decide(command, state), events, 'decide says something else the second time');
        return events;
      };
      return {
        then: (...events) => {
          const decided = decide();
          assert.deepStrictEqual(decided, events);
          decided.reduce(decider.evolve, fold(decider, history)); // evolve handles every decided event
        },
        thenFails: (code) => {
          assert.throws(decide, (error) => {
            assert.ok(error instanceof DomainError, `expected a DomainError, got ${String(error)}`);
            assert.equal(error.code, code);
            return true;
          });
        },
      };
    },
  });
