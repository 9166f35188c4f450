import type { DataCategory, LegalBasis } from '@dittoo/kernel';

export const languages = ['sv', 'en'] as const;
export type Language = (typeof languages)[number];

/** At least one language is present; `textIn` chooses. */
export type LocalizedText = { readonly [L in Language]?: string };

/** `YYYY-MM-DD`, a Swedish calendar day. */
export type Day = string;
/** ISO 8601, years, months and days only: `P24M`. */
export type Duration = string;

/** The four purposes a person may say yes or no to. Fixed: the consent routes and their texts name them. */
export const optionalConsents = ['newsletter', 'marketing', 'adMeasurement', 'personnummer'] as const;
export type OptionalConsent = (typeof optionalConsents)[number];

/** Lag 2018:218, 3 kap. 10 §: why a personnummer may be processed. */
export type PersonnummerGround = 'consent' | 'purpose' | 'secureIdentification' | 'otherWeightyReason';

/** What a retention period counts from. */
export type RetentionStart =
  'recorded' | 'lastActivity' | 'delivered' | 'fiscalYearEnded' | 'groundEnded' | 'relianceEnded';

export interface RetentionStage {
  readonly form: 'full' | 'truncated';
  readonly duration: Duration;
  readonly from: RetentionStart;
  readonly until?: 'endOfCalendarYear';
}

export interface Retention {
  /** In order; after the last one the data is deleted. */
  readonly stages: readonly RetentionStage[];
  /** How long before the end the person is told. */
  readonly noticeBefore?: Duration;
  readonly endsEarlierOn: readonly ('consentWithdrawn' | 'erasureRequested' | 'deletedByDataSubject')[];
  readonly then: 'keyDestroyed' | 'deletedAtProviderAndKeyDestroyed' | 'partitionDropped';
  readonly law?: LocalizedText;
  readonly text: LocalizedText;
}

/** One legal basis for one (purpose x data category), and the fields it covers. */
export interface PurposeData {
  readonly category: DataCategory;
  readonly legalBasis: LegalBasis;
  /** Present exactly where the category is `personnummer`. */
  readonly ground?: PersonnummerGround;
  /** How long for this purpose, where the text of the category is about another one. */
  readonly kept?: LocalizedText;
  readonly fields: readonly string[];
}

export interface Purpose {
  readonly label: LocalizedText;
  readonly description: LocalizedText;
  readonly optionalConsent: boolean;
  /** How long a consent to it holds from when it was last given; absent or `null` = until it is withdrawn. */
  readonly consentValidity?: Duration | null;
  readonly dataSubjects: readonly string[];
  readonly data: readonly PurposeData[];
}

export interface LegalEntity {
  readonly name: string;
  readonly registrationNumber?: string;
  readonly country: string;
  /** First day it operates the service; `null` = since before this register. */
  readonly validFrom: Day | null;
  /** Last day; absent = still. */
  readonly validTo?: Day;
  readonly note?: LocalizedText;
}

/** What one processor may receive for one purpose. Everything else is refused. */
export interface Grant {
  readonly purpose: string;
  readonly legalBasis: LegalBasis;
  readonly fields: readonly string[];
  readonly nonPersonalFields: readonly string[];
}

/** The orders that a way to pay takes. What its processor cannot take is refused when it is ordered, not afterwards. */
export interface PaymentTerms {
  /** Of delivery, ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
  /** ISO 4217; absent = any. */
  readonly currencies?: readonly string[];
  /** Least amount by currency. */
  readonly minimumMinor?: Readonly<Record<string, number>>;
  /** Where that is known from. */
  readonly source: string;
}

export interface Trigger {
  readonly kind: 'paymentMethod' | 'campaignEntry' | 'mail';
  /** Present exactly where the kind is `paymentMethod`. */
  readonly paymentMethods?: readonly string[];
  /** Only where the kind is `paymentMethod`; absent = the processor decides. */
  readonly accepts?: PaymentTerms;
  readonly text: LocalizedText;
}

export interface Agreement {
  readonly reference: string;
  /** The party that signed; an agreement does not follow the service to another legal entity. */
  readonly legalEntity: string;
  readonly signedOn: Day;
  /** Last day; absent = until further notice. */
  readonly validTo?: Day;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly protocol: 'https' | 'smtps' | 'imaps';
  readonly environment: 'live' | 'test';
  readonly calledBy: 'service' | 'browser';
}

export interface Safeguard {
  readonly kind: 'withinEea' | 'adequacyDecision' | 'standardContractualClauses' | 'bindingCorporateRules';
  readonly text: LocalizedText;
  /** ISO 3166-1 alpha-2; absent = none. */
  readonly thirdCountries?: readonly string[];
}

/** What the processor can do for an erasure; `reason` explains why it cannot do all. */
export interface ErasureCapability {
  readonly capability: 'supported' | 'partial' | 'manual' | 'notSupported';
  readonly reason: 'partial' | 'manual' | 'notRecallable' | 'retainedByLaw' | null;
  /** After the call the shop asks again whether the data is gone. */
  readonly outcomeChecked?: true;
  readonly method: LocalizedText;
}

/**
 * What the shop can do at a processor without a person. A register states such things by its values, and the service
 * that forwards declares which of them its code does (`unsupportedStatements`).
 */
export const processorCapabilities = [
  'takePayments',
  'sendMail',
  'reportCampaigns',
  'deleteByCall',
  'checkDeletion',
  'deleteByAge',
] as const;
export type ProcessorCapability = (typeof processorCapabilities)[number];

/** A processor in the sense of GDPR art. 4(8). */
export interface Processor {
  readonly name: string;
  /** The name in the shop's earlier policy text; compared with `legalEntities` to find drift. */
  readonly publishedName: string;
  readonly legalEntities: readonly LegalEntity[];
  readonly role: 'processor' | 'separateController';
  readonly service: LocalizedText;
  /** Present while nothing is passed on to it, and says so: every request is refused. */
  readonly notInUse?: LocalizedText;
  readonly purposes: readonly Grant[];
  readonly triggers: readonly Trigger[];
  /** Data that a reader might expect to be sent, but is not. */
  readonly withheld: readonly { readonly what: LocalizedText; readonly reason: LocalizedText }[];
  readonly country: string;
  readonly safeguard: Safeguard;
  readonly agreements: readonly Agreement[];
  readonly retention: { readonly duration?: Duration; readonly text: LocalizedText };
  readonly erasure: ErasureCapability;
  readonly endpoints: readonly Endpoint[];
}

/** A difference between the shop's earlier policy text and the facts. */
export interface Drift {
  readonly id: string;
  readonly processor?: string;
  readonly since?: Day;
  readonly published: LocalizedText;
  readonly found: LocalizedText;
}

/** The register file, `register.schema.json`. */
export interface RegisterDocument {
  readonly schemaVersion: 1;
  /** Present in an example, whose contacts and agreements are invented: the policy says so at its top. */
  readonly sample?: LocalizedText;
  readonly noticeVersion: string;
  readonly noticeValidFrom: Day;
  readonly languages: readonly Language[];
  readonly dataController: {
    readonly name: string;
    readonly registrationNumber?: string;
    /** One line, as on an envelope. */
    readonly postalAddress?: string;
    readonly website: string;
    readonly country: string;
    readonly email: string;
    readonly supportEmail: string;
    /** `MM-DD`. */
    readonly fiscalYearEnd: string;
    /** Where the shop itself keeps data; absent = in its own country. */
    readonly storageLocations?: readonly { readonly country: string; readonly text: LocalizedText }[];
  };
  readonly authority: { readonly shortName: string; readonly name: LocalizedText; readonly website: string };
  readonly dataSubjects: Readonly<Record<string, LocalizedText>>;
  readonly fields: Readonly<Record<string, LocalizedText>>;
  readonly nonPersonalFields: Readonly<Record<string, LocalizedText>>;
  readonly dataCategories: {
    readonly [C in DataCategory]: { readonly label: LocalizedText; readonly retention: Retention };
  };
  readonly purposes: Readonly<Record<string, Purpose>>;
  readonly processors: Readonly<Record<string, Processor>>;
  readonly securityMeasures: readonly LocalizedText[];
  readonly drift: readonly Drift[];
}

/** A register that passed every check. Deeply frozen. */
export interface Register extends RegisterDocument {
  /** Hex SHA-256 over the RFC 8785 form of the file: the same register, the same digest, independent of formatting. */
  readonly digest: string;
}

/** The text in `lang`, or in another language it has. */
export const textIn = (text: LocalizedText, lang: Language): string => text[lang] ?? text.sv ?? text.en ?? '';

/** A member of one of the register's maps; never something inherited. */
export const member = <T>(map: Readonly<Record<string, T>>, id: string): T | undefined =>
  Object.hasOwn(map, id) ? map[id] : undefined;
