import { Clock } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Six digits and ten tries a day: one guess in a hundred thousand succeeds, whatever number of mails were sent. */
const triesPerDay = 10;

/**
 * Counts how often codes were typed for an address in the last 24 hours, for known and unknown addresses alike. A try
 * is counted before the code is compared, so that tries at the same time count too. The mailed link works on.
 */
@Injectable()
export class CodeTries {
  constructor(
    private readonly rows: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Counts a try. @param address its lookup hash @returns seconds to wait; 0 = the code may be compared */
  async tried(address: string): Promise<number> {
    const now = this.clock.now();
    await this.rows.query(`DELETE FROM identity.code_tries WHERE began_at < $1::timestamptz - interval '1 day'`, [now]);
    const [row] = await this.rows.query<{ tries: number; began_at: Date }[]>(
      `INSERT INTO identity.code_tries AS counted (address, tries, began_at) VALUES ($1, 1, $2)
       ON CONFLICT (address) DO UPDATE SET tries = counted.tries + 1 RETURNING tries, began_at`,
      [address, now],
    );
    if (row === undefined || row.tries <= triesPerDay) return 0;
    return Math.max(1, Math.ceil((row.began_at.getTime() + 86_400_000 - Date.parse(now)) / 1000));
  }
}
