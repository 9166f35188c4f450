import { EventStore } from '@dittoo/kernel';
/** Does consent to the personnummer stand? Read from the consent stream itself, so the answer is the newest there is. */
export declare class PersonnummerConsent {
  private readonly store;
  constructor(store: EventStore);
  stands(subjectId: string): Promise<boolean>;
}
//# sourceMappingURL=personnummer-consent.query.d.ts.map
