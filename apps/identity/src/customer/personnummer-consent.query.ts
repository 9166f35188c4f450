import { consentStands, type ConsentEvents } from '@dittoo/contracts';
import { EventStore, recordedAs, streamName, type SubjectId } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

/** Whether consent to the personnummer is in force, read from the consent stream itself and therefore current. */
@Injectable()
export class PersonnummerConsent {
  constructor(private readonly store: EventStore) {}

  async stands(subjectId: SubjectId): Promise<boolean> {
    let stands = false;
    for await (const recorded of this.store.readStream(streamName('consent', subjectId))) {
      stands = consentStands('personnummer', stands, recordedAs<ConsentEvents>(recorded));
    }
    return stands;
  }
}
