import type { SubjectId } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';

/** Is there such a customer? Read from the stream. */
@Injectable()
export class CustomerStanding {
  constructor(private readonly commands: Commands) {}

  /** Was there ever one? An erased one still has a history. */
  async exists(subjectId: SubjectId): Promise<boolean> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return state.status !== 'none' && state.status !== 'abandoned';
  }
}
