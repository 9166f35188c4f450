import { Clock } from '@dittoo/kernel';
import { DataSource } from 'typeorm';
/**
 * Slows down who tries passwords: after twenty tries in a row an account answers at growing intervals, at most every
 * five minutes; fifteen quiet minutes or the right password forget it. Counted before the password is looked at, so
 * tries at the same time count too; an account that does not exist counts the same.
 */
export declare class SignInBrake {
  private readonly rows;
  private readonly clock;
  constructor(rows: DataSource, clock: Clock);
  /** Counts a try. @returns seconds to wait; 0 = go ahead */
  tried(account: string): Promise<number>;
  release(account: string): Promise<void>;
}
//# sourceMappingURL=sign-in-brake.d.ts.map
