import type { Uuid } from '@dittoo/kernel';

/** Ends what a person is signed in with. */
export abstract class SignedInSessions {
  abstract endAll(subjectId: Uuid): Promise<void>;
}
