import { type Locale } from '@dittoo/contracts';
import { AddressBody } from './registration.http.js';
export declare class RectifyProfileBody {
  givenName?: string;
  familyName?: string;
  /** `null` removes it. */
  phone?: string | null;
  /** Complete; `null` removes it. */
  address?: AddressBody | null;
  locale?: Locale;
}
export declare class ProfileAnswer {
  customerId: string;
  email: string;
  givenName: string;
  familyName: string;
  phone: string | null;
  address: AddressBody | null;
  locale: Locale;
  /** The version of the policy that was shown at registration. */
  noticeVersion: string | null;
}
export declare class ChangeEmailBody {
  email: string;
}
export declare class EmailChangeAnswer {
  /** Until when the mailed token is good. */
  expiresAt: string;
}
export declare class ConfirmEmailBody {
  token: string;
}
//# sourceMappingURL=profile.http.d.ts.map
