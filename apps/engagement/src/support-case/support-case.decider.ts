import type { Locale, SupportCaseEvent } from '@dittoo/contracts';
import { DomainError, type Decider, type OrderId } from '@dittoo/kernel';

/** One support case. Stream `supportCase-<id>`. Each message has its own retention of three years. */
export type SupportCase =
  | { readonly status: 'none' }
  | { readonly status: 'open' }
  | { readonly status: 'answered' }
  | { readonly status: 'closed' };

export type SupportCaseCommand =
  | {
      readonly type: 'OpenCase';
      readonly channel: 'form' | 'mail';
      readonly email: string;
      readonly subject: string;
      readonly body: string;
      readonly orderId: OrderId | null;
      readonly language: Locale;
    }
  | { readonly type: 'AddMessage'; readonly channel: 'form' | 'mail'; readonly body: string }
  | { readonly type: 'Reply'; readonly body: string }
  | { readonly type: 'CloseCase'; readonly by: 'staff' | 'system' };

const decide = (command: SupportCaseCommand, supportCase: SupportCase): SupportCaseEvent[] => {
  if (command.type === 'OpenCase') {
    if (supportCase.status !== 'none') return [];
    const { body, channel, email, language, orderId, subject } = command;
    return [{ type: 'SupportCaseOpened', data: { channel, email, subject, body, orderId, language } }];
  }
  if (supportCase.status === 'none') throw new DomainError('not-found');
  switch (command.type) {
    case 'AddMessage':
      // A new message reopens the case.
      return [{ type: 'SupportMessageReceived', data: { channel: command.channel, body: command.body } }];
    case 'Reply':
      if (supportCase.status === 'closed') throw new DomainError('support-case-closed');
      return [{ type: 'SupportReplied', data: { body: command.body } }];
    case 'CloseCase':
      return supportCase.status === 'closed' ? [] : [{ type: 'SupportCaseClosed', data: { by: command.by } }];
  }
};

const evolve = (_: SupportCase, event: SupportCaseEvent): SupportCase => {
  switch (event.type) {
    case 'SupportCaseOpened':
    case 'SupportMessageReceived':
      return { status: 'open' };
    case 'SupportReplied':
      return { status: 'answered' };
    case 'SupportCaseClosed':
      return { status: 'closed' };
  }
};

export const supportCaseDecider: Decider<SupportCaseCommand, SupportCase, SupportCaseEvent> = {
  category: 'supportCase',
  initialState: { status: 'none' },
  decide,
  evolve,
};
