import type { DataSubjectEvent, DataSubjectEvents } from '@dittoo/contracts';
import { Clock, isEnvelope, KeyRing, type OpenedEvent } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { customerDecider } from './customer.decider.js';

/**
 * Removes a personnummer: the event, then the key it was sealed under and no other, so that the number given next
 * lives on. Dies between the two: the reactor, and whoever records the next number, destroys the key first.
 */
@Injectable()
export class PersonnummerRemoval {
  constructor(
    private readonly commands: Commands,
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  async remove(
    subjectId: string,
    reason: DataSubjectEvents['PersonnummerRemoved']['reason'],
    context: CommandContext,
  ): Promise<void> {
    await this.commands.execute(customerDecider, subjectId, { type: 'RemovePersonnummer', reason }, context);
    await this.complete(subjectId);
  }

  /** Destroys the keys of every number removed so far. Safe to repeat. */
  async complete(subjectId: string): Promise<void> {
    const { history } = await this.commands.load(customerDecider, subjectId);
    const kids = kidsOfRemoved(history);
    if (kids.length === 0) return;
    const reason = { at: this.clock.now(), requestId: null, newLifecycle: true, kids };
    await this.keyRing.destroy(subjectId, ['personnummer'], reason);
  }
}

const kidsOfRemoved = (history: readonly OpenedEvent<DataSubjectEvent>[]): string[] => {
  const last = history.findLastIndex(({ event }) => event.type === 'PersonnummerRemoved');
  const sealed = history.slice(0, Math.max(last, 0)).flatMap(({ recorded: { type, data } }) => {
    if (type === 'PersonnummerRecorded') return [data['number']];
    return type === 'PersonnummerRevealed' ? [data['purpose']] : [];
  });
  return [...new Set(sealed.flatMap((value) => (isEnvelope(value) ? [value.kid] : [])))];
};
