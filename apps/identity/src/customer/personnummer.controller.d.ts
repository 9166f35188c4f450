import { Clock } from '@dittoo/kernel';
import { Commands, type Caller, type Principal } from '@dittoo/service';
import { PersonnummerConsent } from './personnummer-consent.query.js';
import { MaskedPersonnummer, RevealedPersonnummer, RevealPersonnummerBody } from './personnummer.http.js';
import { PersonnummerBody } from './registration.http.js';
/** A customer's own personnummer: masked, shown in full only on a stated purpose, and never without a ground. */
export declare class PersonnummerController {
  private readonly commands;
  private readonly consent;
  private readonly clock;
  constructor(commands: Commands, consent: PersonnummerConsent, clock: Clock);
  masked({ subjectId }: Principal): Promise<MaskedPersonnummer>;
  /** The reveal is an event first; only what was recorded is shown. */
  reveal({ subjectId }: Principal, caller: Caller, { purpose }: RevealPersonnummerBody): Promise<RevealedPersonnummer>;
  record({ subjectId }: Principal, caller: Caller, body: PersonnummerBody): Promise<MaskedPersonnummer>;
  /** From here on nothing uses the number; its key goes as soon as nothing has to keep it (rights decides that). */
  remove({ subjectId }: Principal, caller: Caller): Promise<void>;
}
//# sourceMappingURL=personnummer.controller.d.ts.map
