import type { DataSubjectEvents } from '@dittoo/contracts';
import { derivedId, newId } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { profileOf, standingOf } from './customer.js';
import { CustomerRetention } from './customer-retention.port.js';
import { customerDecider } from './customer.decider.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';
import { PersonnummerRemoval } from './personnummer-removal.js';

type Keys = DataSubjectEvents['SubjectKeysDestroyed']['keys'];

@Injectable()
export class StreamCustomerRetention extends CustomerRetention {
  constructor(
    private readonly commands: Commands,
    private readonly consent: PersonnummerConsent,
    private readonly removal: PersonnummerRemoval,
  ) {
    super();
  }

  override async recordUse(subjectId: string, on: string): Promise<void> {
    const context = contextOf(subjectId, newId(), 'identity.session');
    await this.commands.execute(customerDecider, subjectId, { type: 'RecordUse', on }, context);
  }

  override async noticeInactivity(subjectId: string, erasesAt: string): Promise<void> {
    const context = contextOf(subjectId, derivedId('inactivityNoticed', subjectId, erasesAt));
    await this.commands.execute(customerDecider, subjectId, { type: 'NoticeInactivity', erasesAt }, context);
  }

  override async announcedErasure(subjectId: string): Promise<string | null> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return state.status === 'registered' ? state.profile.erasesAt : null;
  }

  override async isRestricted(subjectId: string): Promise<boolean> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return standingOf(state).restrictions.length > 0;
  }

  override async recordEnded(subjectId: string, keys: Keys): Promise<void> {
    const { history } = await this.commands.load(customerDecider, subjectId);
    const said = new Set(
      history.flatMap(({ event }) =>
        event.type === 'SubjectKeysDestroyed' ? event.data.keys.map(({ kid }) => kid) : [],
      ),
    );
    const unsaid = keys.filter(({ kid }) => !said.has(kid));
    if (unsaid.length === 0) return;
    const context = contextOf(subjectId, derivedId('retentionEnded', ...unsaid.map(({ kid }) => kid)));
    const command = { type: 'RecordRetentionEnded', keys: unsaid } as const;
    await this.commands.execute(customerDecider, subjectId, command, context);
  }

  override async endPersonnummer(subjectId: string): Promise<void> {
    const { revision, state } = await this.commands.load(customerDecider, subjectId);
    const personnummer = state.status === 'registered' ? profileOf(state)?.personnummer : null;
    if (personnummer === null || personnummer === undefined) return;
    const byConsent = personnummer.ground === 'consent';
    if (byConsent && (await this.consent.stands(subjectId))) return;
    const context = contextOf(subjectId, derivedId('personnummerGroundEnded', subjectId, String(revision)));
    await this.removal.remove(subjectId, byConsent ? 'consentWithdrawn' : 'groundEnded', context);
  }
}

const contextOf = (subjectId: string, causationId: string, actor = 'identity.retention'): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'system', id: actor },
  correlationId: causationId,
  causationId,
  traceparent: null,
  noticeVersion: null,
});
