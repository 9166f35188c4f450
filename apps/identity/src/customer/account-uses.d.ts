import { Clock } from '@dittoo/kernel';
import { Commands } from '@dittoo/service';
import type { Logger } from 'pino';
/**
 * A use is an event at most once a day and account: retention counts days, so a day's first sign-in says all there is to
 * say, and the log does not fill. A use that could not be recorded does not stop the sign-in; the next one records it.
 */
export declare class AccountUses {
  private readonly commands;
  private readonly clock;
  private readonly logger;
  private readonly recorded;
  constructor(commands: Commands, clock: Clock, logger: Logger);
  note(subjectId: string): Promise<void>;
  private record;
}
//# sourceMappingURL=account-uses.d.ts.map
