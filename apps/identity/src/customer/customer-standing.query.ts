import type { ProcessingStanding } from '@dittoo/contracts';
import { readable } from '@dittoo/kernel';
import { normalizedEmail } from '@dittoo/personal-data';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { standingOf } from './customer.js';
import { customerDecider } from './customer.decider.js';
import { standingProfile } from './profile.query.js';

/** Is there such a customer, now? */
@Injectable()
export class CustomerStanding {
  constructor(private readonly commands: Commands) {}

  /** @throws DomainError `subject-erased` from the fence on, `not-found` */
  async requireStanding(subjectId: string): Promise<void> {
    standingProfile((await this.commands.load(customerDecider, subjectId)).state);
  }

  /** Is it a customer, and not somebody known by an address alone? Also while being erased, and after. */
  async isCustomer(subjectId: string): Promise<boolean> {
    const { history } = await this.commands.load(customerDecider, subjectId);
    return history[0]?.event.type === 'CustomerRegistered';
  }

  /** Is this the address of this customer now? An entry of the index that the stream does not confirm counts for nothing. */
  async hasEmail(subjectId: string, email: string): Promise<boolean> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    const known = state.status === 'registered' ? readable(state.profile.email, null) : null;
    return known !== null && normalizedEmail(known) === normalizedEmail(email);
  }

  /** What they said about the processing of their data. @throws DomainError `subject-erased`, `not-found` */
  async processing(subjectId: string): Promise<ProcessingStanding> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    standingProfile(state);
    return standingOf(state);
  }

  /** Was there ever one? An erased one still has a history. */
  async exists(subjectId: string): Promise<boolean> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return state.status !== 'none' && state.status !== 'abandoned';
  }
}
