import { consentStands, type ConsentEvents } from '@dittoo/contracts';
import { EventStore, recordedAs, streamName } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

/** Whether consent to the personnummer stands. Read from the consent stream itself, so it is up to date. */
@Injectable()
export class PersonnummerConsent {
  constructor(private readonly store: EventStore) {}

  async stands(subjectId: string): Promise<boolean> {
    let stands = false;
    for await (const recorded of this.store.readStream(streamName('consent', subjectId))) {
      stands = consentStands('personnummer', stands, recordedAs<ConsentEvents>(recorded));
    }
    return stands;
  }
}
