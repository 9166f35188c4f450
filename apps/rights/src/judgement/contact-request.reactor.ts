import type { RightsRequestEvents } from '@dittoo/contracts';
import { derivedId, readable, streamId, type Delivered } from '@dittoo/kernel';
import { ContactDirectory } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Customers } from '../person/customers.query.js';
import { isSomethingHeld } from '../person/held-streams.js';
import { SubjectStreams } from '../person/subject-streams.js';
import { isAnsweredByCopy } from '../rights-request/request-kinds.js';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import type { KnownRequest } from '../rights-request/rights-request.js';

const group = 'rights.contactRequests';

/**
 * A customer's request also covers what the same person wrote without an account under the same, confirmed address:
 * support cases, the newsletter, campaign entries. The shop knows that part as a contact, who gets the same request. A
 * signed-in customer's copy needs none: it contains the contact's part itself (`subject-copy/`).
 *
 * If the process dies before the append, the event is redelivered; a repeated append changes nothing.
 */
@Controller()
export class ContactRequestReactor {
  constructor(
    private readonly commands: Commands,
    private readonly customers: Customers,
    private readonly contacts: ContactDirectory,
    private readonly streams: SubjectStreams,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Handles('RequesterIdentified', { group, reacts: true })
  async identified(@Payload() event: Delivered<RightsRequestEvents, 'RequesterIdentified'>): Promise<void> {
    const requestId = streamId(event.stream);
    const subjectId = event.metadata.dataSubjectId;
    const { state } = await this.commands.load(rightsRequestDecider, requestId);
    if (state.status === 'none' || subjectId === null || !(await this.isForBoth(state, subjectId))) return;
    const email = readable(state.address?.email, null);
    if (email === null || state.address === null) return;
    const contactId = await this.contacts.find(email);
    if (contactId === null || contactId === subjectId) return;
    if (!isSomethingHeld(await this.streams.of(contactId))) return;
    const { dueAt, kind } = state;
    const { noticeVersion } = this.register;
    await this.commands.execute(
      rightsRequestDecider,
      derivedId('asContact', requestId),
      {
        type: 'ReceiveRequest',
        kind,
        dueAt,
        detail: readable(state.detail, null),
        noticeVersion,
        identifiedBy: 'confirmedEmail',
        address: { email, language: state.address.language },
      },
      { ...causedBy(event, group), dataSubjectId: contactId, noticeVersion },
    );
  }

  private async isForBoth({ identifiedBy, kind }: KnownRequest, subjectId: string): Promise<boolean> {
    if (identifiedBy === 'confirmedEmail') return this.customers.isCustomer(subjectId);
    if (identifiedBy !== 'freshReauthentication' || isAnsweredByCopy(kind)) return false;
    return this.customers.hasConfirmedAddress(subjectId);
  }
}
