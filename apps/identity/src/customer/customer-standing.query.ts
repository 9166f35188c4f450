import type { SubjectId } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';

/** Whether this customer exists, read from the stream. */
@Injectable()
export class CustomerStanding {
  constructor(private readonly commands: Commands) {}

  /** Whether this customer ever existed; an erased customer still has a history. */
  async exists(subjectId: SubjectId): Promise<boolean> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return state.status === 'registered' || state.status === 'closed';
  }
}
