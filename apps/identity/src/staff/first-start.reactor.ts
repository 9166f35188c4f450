import { randomBytes } from 'node:crypto';
import { derivedId, newId } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EmailIndex } from '@dittoo/personal-data';
import { IDENTITY_CONFIG, type ConfiguredStaff, type IdentityConfig } from '../identity.config.js';
import { Passwords } from '../password/passwords.js';
import { FirstOfficer } from './first-officer.js';
import { staffAccountDecider } from './staff-account.decider.js';

/**
 * Opens the staff accounts the configuration names, at the first start that names them; where there is no officer at
 * all it makes one.
 *
 * The id of an account follows from its address (keyed, so it says nothing), hence two processes that start at once,
 * or a start that died half way, mean the same account.
 */
@Injectable()
export class FirstStartReactor implements OnApplicationBootstrap {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly passwords: Passwords,
    private readonly firstOfficer: FirstOfficer,
    @Inject(IDENTITY_CONFIG) private readonly config: IdentityConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const staff of this.config.staff) await this.open(staff);
    if (await this.emails.holds('complianceOfficer')) return;
    const officer = {
      email: 'officer@example.org',
      password: randomBytes(18).toString('base64url'),
      role: 'complianceOfficer',
    } as const;
    if (await this.open(officer)) this.firstOfficer.generated(officer.email, officer.password);
  }

  /** @returns was it opened just now? */
  private async open({ email, password, role }: ConfiguredStaff): Promise<boolean> {
    const accountId = derivedId('staffAccount', this.emails.keyOf(email));
    await this.index(email, accountId, role);
    if ((await this.commands.load(staffAccountDecider, accountId)).state.status === 'open') return false;
    const passwordHash = await this.passwords.hash(password);
    const causationId = newId();
    const { events } = await this.commands.execute(
      staffAccountDecider,
      accountId,
      { type: 'OpenStaffAccount', account: { email, passwordHash, role } },
      {
        dataSubjectId: accountId,
        actor: { kind: 'system', id: 'identity.firstStart' },
        correlationId: causationId,
        causationId,
        traceparent: null,
        noticeVersion: null,
      },
    );
    return events.length > 0;
  }

  private async index(email: string, accountId: string, role: ConfiguredStaff['role']): Promise<void> {
    const owner = await this.emails.reserve(email, accountId, role);
    if (owner.subjectId !== accountId) throw new Error('a configured staff e-mail belongs to a customer: use another');
  }
}
