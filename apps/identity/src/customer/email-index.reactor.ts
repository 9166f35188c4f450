import type { DataSubjectEvents } from '@dittoo/contracts';
import { readable, type Delivered } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { EmailIndex } from '../email-index/email-index.port.js';
import { customerDecider } from './customer.decider.js';
import { profileOf } from './customer.js';

const group = 'identity.emailIndex';

/** Lets go of the old address where the confirmation died before it could. Repeating it changes nothing. */
@Controller()
export class EmailIndexReactor {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
  ) {}

  @EventPattern('EmailRectified', { group })
  async emailRectified(@Payload() event: Delivered<DataSubjectEvents, 'EmailRectified'>): Promise<void> {
    const subjectId = event.metadata.dataSubjectId!;
    const { state } = await this.commands.load(customerDecider, subjectId);
    const email = readable(profileOf(state)?.email, null);
    if (email !== null) await this.emails.keepOnly(subjectId, email);
  }
}
