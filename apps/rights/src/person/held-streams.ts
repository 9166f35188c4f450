import { streamCategory } from '@dittoo/kernel';
import type { SubjectStream } from './subject-streams.js';

/** Streams about the handling of a request: the request, the mails sent for it, the officers' access. */
const aboutRequests: ReadonlySet<string> = new Set(['rightsRequest', 'forwarding', 'officerAccess']);

/** Whether any service holds data of this person, besides that of their requests. */
export const isSomethingHeld = (streams: readonly SubjectStream[]): boolean =>
  streams.some(({ stream }) => !aboutRequests.has(streamCategory(stream)));
