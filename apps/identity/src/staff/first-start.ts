import { randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { derivedId, newId, type Uuid } from '@dittoo/kernel';
import { PLATFORM_CONFIG, type PlatformConfig } from '@dittoo/platform';
import { Commands } from '@dittoo/service';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { EmailIndex } from '@dittoo/personal-data';
import { IDENTITY_CONFIG, type ConfiguredStaff, type IdentityConfig } from '../identity.config.js';
import { Passwords } from '../password/passwords.js';
import { FirstOfficerFile } from './first-officer-file.js';
import { FirstOfficer } from './first-officer.js';
import { staffAccountDecider } from './staff-account.decider.js';
import { StaffCredentials } from './staff-credentials.query.js';

/** Two, so that actions that need two officers can be tried. */
const firstOfficers = [
  { email: 'officer@example.org', file: 'first-officer.json' },
  { email: 'officer2@example.org', file: 'second-officer.json' },
] as const;

/**
 * Opens the staff accounts the configuration names, at the first start that names them; where there is no officer it
 * creates two, whose passwords are on disk before their accounts are opened.
 *
 * The id of an account is a keyed hash of its address, so two processes that start at once, and a start after an
 * interrupted one, mean the same account. Dies between file and account: the next start opens the account with the
 * password of the file.
 */
@Injectable()
export class FirstStart implements OnApplicationBootstrap {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly passwords: Passwords,
    private readonly credentials: StaffCredentials,
    private readonly firstOfficer: FirstOfficer,
    @Inject(IDENTITY_CONFIG) private readonly config: IdentityConfig,
    @Inject(PLATFORM_CONFIG) private readonly platform: Pick<PlatformConfig, 'dataDir'>,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { staff } = this.config;
    const isConfigured = staff.some(({ role }) => role === 'complianceOfficer');
    if (!isConfigured && (await this.hasNoOfficer())) {
      for (const { email, file } of this.officers())
        file.keep({ email, password: randomBytes(18).toString('base64url') });
    }
    for (const { email, password, role, variable } of staff) {
      const accepted = (await this.open({ email, password, role })) || (await this.opens(email, password));
      this.firstOfficer.note({ email, role, password: { kind: accepted ? 'configured' : 'ignored', variable } });
    }
    for (const { file } of this.officers()) await this.openFrom(file, isConfigured);
  }

  private officers(): { readonly email: string; readonly file: FirstOfficerFile }[] {
    const first = resolve(this.config.firstOfficerFile ?? join(this.platform.dataDir, firstOfficers[0].file));
    return [
      { email: firstOfficers[0].email, file: new FirstOfficerFile(first) },
      { email: firstOfficers[1].email, file: new FirstOfficerFile(join(dirname(first), firstOfficers[1].file)) },
    ];
  }

  /** True also where a start reserved the first officer's address and died before it opened the account. */
  private async hasNoOfficer(): Promise<boolean> {
    if (!(await this.emails.holds('complianceOfficer'))) return true;
    const [{ email }] = firstOfficers;
    return (await this.emails.find(email)) !== null && !(await this.isOpen(email));
  }

  /** Deletes an unused login file once the configuration names an officer. */
  private async openFrom(file: FirstOfficerFile, isConfigured: boolean): Promise<void> {
    const login = file.read();
    if (login === null) return;
    const { email, password } = login;
    const role = 'complianceOfficer';
    if (!(await this.isOpen(email))) {
      if (isConfigured) return file.remove();
      if (await this.open({ ...login, role })) {
        return this.firstOfficer.note({ email, role, password: { kind: 'made', password, file: file.path } });
      }
    }
    const isCurrent = await this.opens(email, password);
    if (!isCurrent) file.remove();
    const standing = isCurrent ? ({ kind: 'inFile', file: file.path } as const) : ({ kind: 'changed' } as const);
    this.firstOfficer.note({ email, role, password: standing });
  }

  private accountOf(email: string): Uuid {
    return derivedId('staffAccount', this.emails.keyOf(email));
  }

  private async isOpen(email: string): Promise<boolean> {
    return (await this.commands.load(staffAccountDecider, this.accountOf(email))).state.status === 'open';
  }

  private async opens(email: string, password: string): Promise<boolean> {
    return this.passwords.verify(await this.credentials.passwordHash(this.accountOf(email)), password);
  }

  /** @returns whether this call opened it */
  private async open({ email, password, role }: Omit<ConfiguredStaff, 'variable'>): Promise<boolean> {
    const accountId = this.accountOf(email);
    await this.index(email, accountId, role);
    if (await this.isOpen(email)) return false;
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

  private async index(email: string, accountId: Uuid, role: ConfiguredStaff['role']): Promise<void> {
    const owner = await this.emails.reserve(email, accountId, role);
    if (owner.subjectId !== accountId) throw new Error('a configured staff e-mail belongs to a customer: use another');
  }
}
