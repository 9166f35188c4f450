import type { CustomerEvents, DataSubjectEvents, RightsRequestEvents } from '@dittoo/contracts';
import { Sealer, type Delivered } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { Commands } from '@dittoo/service';
import { PersonnummerConsent } from './personnummer-consent.query.js';
/**
 * What rights decided about a person -> what it means for their account.
 *
 * Dies between append and checkpoint: the event comes again, the stream already holds its answer.
 */
export declare class CustomerReactor {
  private readonly commands;
  private readonly sealer;
  private readonly consent;
  private readonly emails;
  constructor(commands: Commands, sealer: Sealer, consent: PersonnummerConsent, emails: EmailIndex);
  /** The fence: nothing personal is recorded from here on. Rights waits for `AccountClosed` before it destroys keys. */
  erasureRequested(event: Delivered<DataSubjectEvents, 'ErasureRequested'>): Promise<void>;
  correctionDecided(event: Delivered<RightsRequestEvents, 'CorrectionDecided'>): Promise<void>;
  personnummerGroundEnded(event: Delivered<DataSubjectEvents, 'PersonnummerGroundEnded'>): Promise<void>;
  /** Lets go of the old address where the confirmation died before it could. Repeating it changes nothing. */
  emailRectified(event: Delivered<CustomerEvents, 'EmailRectified'>): Promise<void>;
}
//# sourceMappingURL=customer.reactor.d.ts.map
