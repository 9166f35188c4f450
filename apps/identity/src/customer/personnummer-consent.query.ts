import type { ConsentEvents } from '@dittoo/contracts';
import { EventStore, streamName } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

const decisive = new Set(['ConsentGiven', 'ConsentRefused', 'ConsentWithdrawn']);

/** Does consent to the personnummer stand? Read from the consent stream itself, so the answer is the newest there is. */
@Injectable()
export class PersonnummerConsent {
  constructor(private readonly store: EventStore) {}

  async stands(subjectId: string): Promise<boolean> {
    let stands = false;
    for await (const { type, data } of this.store.readStream(streamName('consent', subjectId))) {
      if (type === 'ConsentsInvalidated') return false;
      const { purpose } = data as unknown as Pick<ConsentEvents['ConsentGiven'], 'purpose'>;
      if (decisive.has(type) && purpose === 'personnummer') stands = type === 'ConsentGiven';
    }
    return stands;
  }
}
