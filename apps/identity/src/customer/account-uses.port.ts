import type { Uuid } from '@dittoo/kernel';

/** Notes that accounts are used. */
export abstract class AccountUses {
  /** Never fails: who may sign in signs in. What was not noted is noted at the next occasion. */
  abstract note(subjectId: Uuid): Promise<void>;
}
