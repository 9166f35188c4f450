import type { CollectionMethod, ConsentChoice, ConsentEvent, Locale } from '@dittoo/contracts';
import type { LegalBasis, SubjectId } from '@dittoo/kernel';
import { textIn, type PolicyDocument, type PublicPurpose, type Register } from '@dittoo/processor-register';
import { messages } from '../messages/messages.js';
import type { ConsentRecord, ConsentRecordEvent, RecordParty } from './receipt.http.js';

/** One event as the stream has it. */
export interface SaidAboutConsent {
  readonly event: ConsentEvent;
  readonly recorded: { readonly metadata: { readonly recordedAt: string; readonly actor: { readonly id: string } } };
}

export interface RecordFacts {
  readonly recordId: string;
  readonly subjectId: SubjectId;
  readonly purpose: string;
  readonly history: readonly SaidAboutConsent[];
  readonly register: Register;
  /** The policy the person was shown when they last chose, in the language they were shown. */
  readonly policy: PolicyDocument;
  readonly publicUrl: string;
}

const eventStates = {
  ConsentRequested: 'requested',
  ConsentGiven: 'given',
  ConsentRefused: 'refused',
  ConsentReconfirmed: 'reconfirmed',
  ConsentWithdrawn: 'withdrawn',
  ConsentExpired: 'expired',
  ConsentsInvalidated: 'invalidated',
} as const satisfies Record<ConsentEvent['type'], string>;

/** In the order of their articles in the GDPR, after which they complain. */
const rights = [
  'access',
  'rectification',
  'erasure',
  'restriction',
  'portability',
  'objection',
  'withdrawal',
  'complaint',
] as const;

/** The last event that names a policy version; a withdrawal names none. */
export const lastChoice = (history: readonly SaidAboutConsent[]): ConsentChoice => {
  const chosen = history.findLast(({ event }) => 'noticeVersion' in event.data);
  return chosen!.event.data as ConsentChoice;
};

/**
 * The consent record by the field names of ISO/IEC TS 27560: what the person agreed to, from the archived policy; the
 * data controller, recipients and supervisory authority, from the register; the events with server time, from the
 * stream.
 */
export const consentRecord = (facts: RecordFacts): ConsentRecord => {
  const { history, policy, publicUrl, purpose, recordId, register, subjectId } = facts;
  const choice = lastChoice(history);
  const language = choice.language;
  const texts = messages(language);
  const shown = policy.purposes.find((candidate) => candidate.purpose === purpose);
  const recipients = recipientsOf(policy, purpose);
  const notice = new URLSearchParams({ version: choice.noticeVersion, lang: language });
  return {
    schema_version: 'ISO/IEC TS 27560:2023',
    record_id: recordId,
    pii_principal_id: subjectId,
    privacy_notice: `${publicUrl}/api/v1/policy?${notice.toString()}`,
    privacy_notice_version: choice.noticeVersion,
    privacy_notice_digest: choice.noticeDigest,
    language,
    purposes: [{ purpose, label: shown?.label ?? purpose, description: shown?.description ?? purpose }],
    pii_information: informationOf(shown),
    pii_controllers: [register.dataController.name],
    storage_locations: storageOf(register, language),
    retention_period: [...new Set(shown?.data.map(({ retention }) => retention) ?? [])],
    jurisdiction: register.dataController.country,
    recipient_third_parties: recipients.map(({ party_name: name }) => name),
    withdrawal_method: texts.format('receipt.withdrawal', {
      address: `${publicUrl}/api/v1/me/consents/${purpose}`,
      byMail: purpose === 'newsletter' ? 'yes' : 'other',
    }),
    lawful_basis: 'consent' satisfies LegalBasis,
    collection_method: choice.method,
    privacy_rights: rights.map((right) => texts.format(`receipt.right.${right}`)),
    authority_party: policy.authority.name,
    parties: [
      {
        party_name: register.dataController.name,
        party_role: 'controller',
        party_country: register.dataController.country,
        party_email: register.dataController.email,
        party_url: register.dataController.website,
      },
      ...recipients,
      {
        party_name: policy.authority.name,
        party_role: 'authority',
        party_country: register.dataController.country,
        party_email: null,
        party_url: policy.authority.website,
      },
    ],
    events: history.map((said) => eventOf(said, subjectId, shown?.consentValidity ?? null)),
  };
};

const informationOf = (shown: PublicPurpose | undefined): ConsentRecord['pii_information'] =>
  (shown?.data ?? []).flatMap(({ category, fields, retention }) =>
    fields.map(({ label, name }) => ({ pii_type: name, label, category, retention_period: retention })),
  );

const storageOf = ({ dataController }: Register, language: Locale): ConsentRecord['storage_locations'] =>
  (dataController.storageLocations ?? []).map(({ country, text }) => ({ country, text: textIn(text, language) }));

/** The recipients for this purpose, by the policy that was shown. */
const recipientsOf = (policy: PolicyDocument, purpose: string): RecordParty[] =>
  policy.processors
    .filter(({ purposes }) => purposes.some((granted) => granted.purpose === purpose))
    .map(({ country, legalEntity, name, role }) => ({
      party_name: legalEntity === null ? name : `${name} (${legalEntity.name})`,
      party_role: role === 'processor' ? 'processor' : 'thirdParty',
      party_country: country,
      party_email: null,
      party_url: null,
    }));

/** The system records choices from a form or an objection, but the actor is the person. */
const saidElsewhere: readonly (CollectionMethod | null)[] = ['registrationForm', 'campaignForm', 'objection'];

const eventOf = (
  { event, recorded }: SaidAboutConsent,
  subjectId: SubjectId,
  validity: string | null,
): ConsentRecordEvent => ({
  event_time: recorded.metadata.recordedAt,
  event_type: event.type === 'ConsentExpired' || event.type === 'ConsentsInvalidated' ? 'automatic' : 'explicit',
  event_state: eventStates[event.type],
  entity_id: saidElsewhere.includes('method' in event.data ? event.data.method : null)
    ? subjectId
    : recorded.metadata.actor.id,
  validity_duration: event.type === 'ConsentGiven' || event.type === 'ConsentReconfirmed' ? validity : null,
  collection_method: 'method' in event.data ? event.data.method : null,
  privacy_notice_version: 'noticeVersion' in event.data ? event.data.noticeVersion : null,
});
