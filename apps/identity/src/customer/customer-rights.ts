import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { standingOf } from './customer.js';
import { customerDecider, type ProfileChanges } from './customer.decider.js';
import { SubjectRights } from './subject-rights.port.js';

@Injectable()
export class CustomerRights extends SubjectRights {
  constructor(private readonly commands: Commands) {
    super();
  }

  override async restrict(subjectId: string, requestId: string, context: CommandContext): Promise<void> {
    await this.commands.execute(customerDecider, subjectId, { type: 'RestrictProcessing', requestId }, context);
  }

  override async announceLift(
    subjectId: string,
    requestId: string,
    liftsAt: string,
    context: CommandContext,
  ): Promise<{ liftsAt: string }> {
    const command = { type: 'AnnounceLift', requestId, liftsAt } as const;
    const { state } = await this.commands.execute(customerDecider, subjectId, command, context);
    const announced = standingOf(state).restrictions.find((one) => one.requestId === requestId);
    return { liftsAt: announced?.liftsAt ?? liftsAt };
  }

  override async lift(subjectId: string, requestId: string, context: CommandContext): Promise<void> {
    const command = (now: string) => ({ type: 'LiftRestriction', requestId, now }) as const;
    await this.commands.execute(customerDecider, subjectId, command, context);
  }

  override async object(
    subjectId: string,
    requestId: string,
    purposes: readonly string[],
    context: CommandContext,
  ): Promise<void> {
    const command = { type: 'ObjectToProcessing', requestId, purposes } as const;
    await this.commands.execute(customerDecider, subjectId, command, context);
  }

  override async rectify(subjectId: string, changes: ProfileChanges, context: CommandContext): Promise<void> {
    await this.commands.execute(customerDecider, subjectId, { type: 'RectifyProfile', changes }, context);
  }
}
