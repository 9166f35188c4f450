import { streamCategory } from '@dittoo/kernel';
import type { SubjectStream } from './subject-streams.js';

/** Streams about the handling of a request: the request, the mails that went out for it, who has looked. */
const aboutRequests: ReadonlySet<string> = new Set(['rightsRequest', 'forwarding', 'officerAccess']);

/** Does any service hold something of this person, beside what their requests themselves have brought? */
export const isSomethingHeld = (streams: readonly SubjectStream[]): boolean =>
  streams.some(({ stream }) => !aboutRequests.has(streamCategory(stream)));
