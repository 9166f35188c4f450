import type { GroupHandling, RecordedEvent } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';
import { Poison } from './poison.js';
import { isTransient } from './transient-error.js';

/**
 * Lets the group act on events, all at once; where that fails, one by one, which finds the poison.
 *
 * @throws Poison this event's act fails; acts on others may be done
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
