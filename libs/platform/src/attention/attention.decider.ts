import type { AttentionEvent, AttentionEvents } from '@dittoo/contracts';
import { DomainError, type Decider } from '@dittoo/kernel';

type Opened = AttentionEvents['AttentionOpened'];

/** One thing that a person must look at. Stream `attention-<id>`. */
export type AttentionItem =
  { readonly status: 'none' } | (Opened & { readonly status: 'open' | 'closed' | 'dismissed' });

export type AttentionCommand =
  | { readonly type: 'OpenItem'; readonly item: Opened }
  /** The fact holds no more. */
  | { readonly type: 'CloseItem' }
  | { readonly type: 'DismissItem'; readonly reason: string };

const decide = (command: AttentionCommand, item: AttentionItem): AttentionEvent[] => {
  switch (command.type) {
    case 'OpenItem': {
      if (item.status === 'open') return [];
      // A person has seen this fact and closed it: only a new one opens the item again.
      if (item.status === 'dismissed' && item.since === command.item.since) return [];
      return [{ type: 'AttentionOpened', data: command.item }];
    }
    case 'CloseItem':
      return item.status === 'open' ? [{ type: 'AttentionClosed', data: { kind: item.kind } }] : [];
    case 'DismissItem': {
      if (item.status === 'none') throw new DomainError('not-found');
      if (item.status !== 'open') throw new DomainError('attention-not-open');
      return [{ type: 'AttentionDismissed', data: { kind: item.kind, reason: command.reason } }];
    }
  }
};

const evolve = (item: AttentionItem, event: AttentionEvent): AttentionItem => {
  if (event.type === 'AttentionOpened') return { ...event.data, status: 'open' };
  if (item.status === 'none') return item;
  return { ...item, status: event.type === 'AttentionClosed' ? 'closed' : 'dismissed' };
};

export const attentionDecider: Decider<AttentionCommand, AttentionItem, AttentionEvent> = {
  category: 'attention',
  initialState: { status: 'none' },
  decide,
  evolve,
};
