import type { ConsentEvent } from './consent.events.js';
import type { ConsentPurpose } from './vocabulary.js';

/**
 * Whether consent to `purpose` is in force after this event of the stream `consent-<subject id>`. Only given and
 * reconfirmed permit; every other event about the purpose ends it.
 *
 * @param stands whether it was in force before the event
 */
export const consentStands = (
  purpose: ConsentPurpose,
  stands: boolean,
  event: { readonly type: ConsentEvent['type']; readonly data: object },
): boolean => {
  if (event.type === 'ConsentsInvalidated') return false;
  if (!('purpose' in event.data) || event.data.purpose !== purpose) return stands;
  return event.type === 'ConsentGiven' || event.type === 'ConsentReconfirmed';
};
