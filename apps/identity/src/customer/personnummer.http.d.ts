import { type PersonnummerGround } from '@dittoo/contracts';
export declare class MaskedPersonnummer {
  /** `19700428-****` */
  number: string;
  ground: PersonnummerGround;
}
export declare class RevealPersonnummerBody {
  /** What the number is needed for; kept, sealed, with the reveal. */
  purpose: string;
}
export declare class RevealedPersonnummer {
  /** 12 digits. */
  number: string;
}
//# sourceMappingURL=personnummer.http.d.ts.map
