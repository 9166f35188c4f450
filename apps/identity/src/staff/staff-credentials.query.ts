import { readable } from '@dittoo/kernel';
import { normalizedEmail } from '@dittoo/personal-data';
import { Commands } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { staffAccountDecider } from './staff-account.decider.js';

/** A staff member's credentials for sign-in; `null` = no staff account with this address. */
@Injectable()
export class StaffCredentials {
  constructor(private readonly commands: Commands) {}

  async passwordHash(accountId: string, email?: string): Promise<string | null> {
    const { state } = await this.commands.load(staffAccountDecider, accountId);
    if (state.status === 'none') return null;
    const known = readable(state.email, null);
    if (email !== undefined && (known === null || normalizedEmail(known) !== normalizedEmail(email))) return null;
    return readable(state.passwordHash, null);
  }
}
