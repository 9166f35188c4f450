import { readable, type SubjectId } from '@dittoo/kernel';
import { normalizedEmail } from '@dittoo/personal-data';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';
import { profileOf } from './customer.js';

/** The customer's credentials for sign-in; `null` = no customer who may sign in. */
@Injectable()
export class CustomerCredentials {
  constructor(private readonly commands: Commands) {}

  /** @param email the address entered; an index entry that the stream does not confirm is ignored */
  async passwordHash(subjectId: SubjectId, email?: string): Promise<string | null> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    const profile = profileOf(state);
    const known = readable(profile?.email, null);
    if (email !== undefined && (known === null || normalizedEmail(known) !== normalizedEmail(email))) return null;
    return readable(profile?.passwordHash, null);
  }
}
