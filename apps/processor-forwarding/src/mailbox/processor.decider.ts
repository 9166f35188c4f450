import type { ProcessorEvent, ProcessorEvents } from '@dittoo/contracts';
import type { Decider } from '@dittoo/kernel';

export type ProcessorCommand = { readonly type: 'RecordSweep' } & ProcessorEvents['MailboxSwept'];

/** The day up to which the mailbox is known to be clean; `null` = none. */
export interface ProcessorState {
  readonly sweptBefore: string | null;
}

const decide = ({ type: _type, ...swept }: ProcessorCommand): ProcessorEvent[] =>
  // A day on which nothing was old enough is no event.
  swept.folders.every(({ deleted }) => deleted === 0) ? [] : [{ type: 'MailboxSwept', data: swept }];

export const processorDecider: Decider<ProcessorCommand, ProcessorState, ProcessorEvent> = {
  category: 'processor',
  initialState: { sweptBefore: null },
  decide,
  evolve: (_state, event) => ({ sweptBefore: event.data.before }),
};
