import type { ConsentEvents } from '@dittoo/contracts';
import { EventStore, streamName } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

const permitting = new Set(['ConsentGiven', 'ConsentReconfirmed']);

/** Does consent to the personnummer stand? Read from the consent stream itself, so the answer is the newest there is. */
@Injectable()
export class PersonnummerConsent {
  constructor(private readonly store: EventStore) {}

  async stands(subjectId: string): Promise<boolean> {
    let stands = false;
    for await (const { type, data } of this.store.readStream(streamName('consent', subjectId))) {
      if (type === 'ConsentsInvalidated') return false;
      const { purpose } = data as unknown as Pick<ConsentEvents['ConsentGiven'], 'purpose'>;
      // Whatever else is said of it ends it: fail closed.
      if (purpose === 'personnummer') stands = permitting.has(type);
    }
    return stands;
  }
}
