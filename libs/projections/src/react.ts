import type { GroupHandling, RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import { Poison } from './poison.js';
import { isTransient } from './transient-error.js';

/**
 * Lets the group's reactors act on events, concurrently; if that fails, one by one, which finds the poison.
 *
 * @throws Poison the act on this event fails; acts on others may have happened
 */
export const reactTo = async (
  events: readonly RecordedEvent[],
  handling: GroupHandling<EntityManager>,
): Promise<void> => {
  if (events.length === 0 || handling.react === undefined) return;
  try {
    await handling.react(events);
    return;
  } catch (error) {
    const [only] = events;
    if (isTransient(error)) throw error;
    if (events.length === 1 && only !== undefined) throw new Poison(only, error);
  }
  for (const event of events) {
    try {
      await handling.react([event]);
    } catch (error) {
      throw new Poison(event, error);
    }
  }
};
