import { Commands } from '@dittoo/service';
/** What signing in needs of a member of staff; `null` = nobody who may sign in. */
export declare class StaffCredentials {
  private readonly commands;
  constructor(commands: Commands);
  passwordHash(accountId: string, email?: string): Promise<string | null>;
}
//# sourceMappingURL=staff-credentials.query.d.ts.map
