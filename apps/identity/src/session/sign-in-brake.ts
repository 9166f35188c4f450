import { Clock } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const freeTries = 20;
const windowMinutes = 15;

/**
 * Slows down password guessing: after twenty tries in a row an account accepts tries at growing intervals, up to five
 * minutes apart; fifteen minutes without a try, or the right password, reset the count. A try is counted before the
 * password is checked, so concurrent tries count too; unknown accounts are counted the same way.
 */
@Injectable()
export class SignInBrake {
  constructor(
    private readonly rows: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Counts a try. @returns seconds to wait; 0 = no wait */
  async tried(account: string): Promise<number> {
    const now = this.clock.now();
    await this.rows.query(
      `DELETE FROM identity.sign_in_brake WHERE tried_at < $1::timestamptz - make_interval(mins => $2)`,
      [now, windowMinutes],
    );
    const counted = await this.rows.query<unknown[]>(
      `INSERT INTO identity.sign_in_brake AS brake (account, tries, tried_at, blocked_until) VALUES ($1, 1, $2, $2)
       ON CONFLICT (account) DO UPDATE SET tries = brake.tries + 1, tried_at = $2, blocked_until =
         $2::timestamptz + make_interval(secs => CASE WHEN brake.tries + 1 < $3 THEN 0
                                                 ELSE least(300, 2 ^ least(brake.tries + 1 - $3, 9)) END)
       WHERE brake.blocked_until <= $2 RETURNING account`,
      [account, now, freeTries],
    );
    if (counted.length > 0) return 0;
    const [row] = await this.rows.query<{ blocked_until: Date }[]>(
      'SELECT blocked_until FROM identity.sign_in_brake WHERE account = $1',
      [account],
    );
    return row === undefined ? 0 : Math.max(1, Math.ceil((row.blocked_until.getTime() - Date.parse(now)) / 1000));
  }

  async release(account: string): Promise<void> {
    await this.rows.query('DELETE FROM identity.sign_in_brake WHERE account = $1', [account]);
  }
}
