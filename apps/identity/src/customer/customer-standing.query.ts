import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
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

  /** Was there ever one? An erased one still has a history. */
  async exists(subjectId: string): Promise<boolean> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return state.status !== 'none' && state.status !== 'abandoned';
  }
}
