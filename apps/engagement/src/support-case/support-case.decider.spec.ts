import type { SupportCaseEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { supportCaseDecider, type SupportCaseCommand } from './support-case.decider.js';

const given = deciderSpec(supportCaseDecider);

const said = {
  channel: 'form',
  email: 'alma@example.org',
  subject: 'Sprucken mugg',
  body: 'Muggen kom sprucken.',
  orderId: null,
  language: 'sv',
} as const;
const open: SupportCaseCommand = { type: 'OpenCase', ...said };
const opened: SupportCaseEvent = { type: 'SupportCaseOpened', data: said };
const replied: SupportCaseEvent = { type: 'SupportReplied', data: { body: 'Vi skickar en ny.' } };
const closed: SupportCaseEvent = { type: 'SupportCaseClosed', data: { by: 'staff' } };
const more: SupportCaseEvent = { type: 'SupportMessageReceived', data: { channel: 'mail', body: 'Tack!' } };

describe('a support case', () => {
  it('is opened once', () => {
    given().when(open).then(opened);
    given(opened).when(open).then();
  });

  it('is answered, and answered again', () => {
    given(opened).when({ type: 'Reply', body: 'Vi skickar en ny.' }).then(replied);
    given(opened, replied).when({ type: 'Reply', body: 'Vi skickar en ny.' }).then(replied);
  });

  it('is closed once; a closed case takes no reply', () => {
    given(opened).when({ type: 'CloseCase', by: 'staff' }).then(closed);
    given(opened, closed).when({ type: 'CloseCase', by: 'staff' }).then();
    given(opened, closed).when({ type: 'Reply', body: 'x' }).thenFails('support-case-closed');
  });

  it('is open again when the person writes again', () => {
    given(opened, closed).when({ type: 'AddMessage', channel: 'mail', body: 'Tack!' }).then(more);
    given(opened, closed, more).when({ type: 'Reply', body: 'Vi skickar en ny.' }).then(replied);
  });

  it('cannot be changed if it was never opened', () => {
    given().when({ type: 'Reply', body: 'x' }).thenFails('not-found');
    given().when({ type: 'CloseCase', by: 'staff' }).thenFails('not-found');
    given().when({ type: 'AddMessage', channel: 'mail', body: 'x' }).thenFails('not-found');
  });
});
