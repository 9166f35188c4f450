import type { CampaignEntryEvent, ConsentPurpose, Locale } from '@dittoo/contracts';
import type { Decider } from '@dittoo/kernel';

/** One entry in one campaign. Stream `campaignEntry-<id>`. */
export interface CampaignEntry {
  readonly status: 'none' | 'entered';
}

export interface EnterCampaign {
  readonly type: 'EnterCampaign';
  readonly campaignId: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly clickId: string | null;
  readonly choices: readonly { readonly purpose: ConsentPurpose; readonly given: boolean }[];
  readonly noticeVersion: string;
  readonly noticeDigest: string;
  readonly language: Locale;
}

/** The purposes an entry's details may be kept for: only those the person consented to. */
const keepsDetails: readonly ConsentPurpose[] = ['marketing', 'adMeasurement'];

/** Without a consent no personal data is kept, only the refusal, so nothing can ever be sent. Art. 5(1)(c). */
const decide = ({ type: _, ...entry }: EnterCampaign, { status }: CampaignEntry): CampaignEntryEvent[] => {
  if (status === 'entered') return [];
  const kept = entry.choices.some(({ given, purpose }) => given && keepsDetails.includes(purpose));
  const details = kept ? {} : { email: null, phone: null, clickId: null };
  return [{ type: 'CampaignEntered', data: { ...entry, ...details } }];
};

export const campaignEntryDecider: Decider<EnterCampaign, CampaignEntry, CampaignEntryEvent> = {
  category: 'campaignEntry',
  initialState: { status: 'none' },
  decide,
  evolve: () => ({ status: 'entered' }),
};
