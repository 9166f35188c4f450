import { Commands } from '@dittoo/service';
import { type OnApplicationBootstrap } from '@nestjs/common';
import { EmailIndex } from '@dittoo/personal-data';
import { type IdentityConfig } from '../identity.config.js';
import { Passwords } from '../password/passwords.js';
import { FirstOfficer } from './first-officer.js';
/**
 * Opens the staff accounts the configuration names, at the first start that names them; where there is no officer at
 * all it makes one.
 *
 * The id of an account follows from its address (keyed, so it says nothing), hence two processes that start at once,
 * or a start that died half way, mean the same account.
 */
export declare class FirstStartReactor implements OnApplicationBootstrap {
  private readonly commands;
  private readonly emails;
  private readonly passwords;
  private readonly firstOfficer;
  private readonly config;
  constructor(
    commands: Commands,
    emails: EmailIndex,
    passwords: Passwords,
    firstOfficer: FirstOfficer,
    config: IdentityConfig,
  );
  onApplicationBootstrap(): Promise<void>;
  /** @returns was it opened just now? */
  private open;
  private index;
}
//# sourceMappingURL=first-start.reactor.d.ts.map
