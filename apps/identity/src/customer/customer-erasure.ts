import type { DataSubjectEvents, Retention } from '@dittoo/contracts';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';
import { SubjectErasure } from './subject-erasure.port.js';

@Injectable()
export class CustomerErasure extends SubjectErasure {
  constructor(private readonly commands: Commands) {
    super();
  }

  override async fence(subjectId: string, requestId: string, context: CommandContext): Promise<string> {
    const command = { type: 'RequestErasure', requestId } as const;
    const { state } = await this.commands.execute(customerDecider, subjectId, command, context);
    return 'requestId' in state ? state.requestId : requestId;
  }

  override async recordKeysDestroyed(
    subjectId: string,
    requestId: string,
    keys: DataSubjectEvents['SubjectKeysDestroyed']['keys'],
    retained: readonly Retention[],
    context: CommandContext,
  ): Promise<void> {
    const command = { type: 'RecordKeysDestroyed', requestId, keys, retained } as const;
    await this.commands.execute(customerDecider, subjectId, command, context);
  }
}
