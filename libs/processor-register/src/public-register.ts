import type { DataCategory, LegalBasis } from '@dittoo/kernel';
import { agreementInForce, legalEntityAt } from './processors.js';
import {
  type Endpoint,
  type ErasureCapability,
  type Language,
  type OptionalConsent,
  type PersonnummerGround,
  type Processor,
  type Register,
  member,
  optionalConsents,
  textIn,
} from './register.js';

/** The purposes a person may give and withdraw consent to, in the order they are asked. */
export const consentPurposes = (register: Register): readonly OptionalConsent[] =>
  optionalConsents.filter((id) => member(register.purposes, id)?.optionalConsent === true);

export interface NamedField {
  readonly name: string;
  readonly label: string;
}

export interface PublicPurpose {
  readonly purpose: string;
  readonly label: string;
  readonly description: string;
  readonly optionalConsent: boolean;
  /** ISO 8601; `null` = a consent holds until it is withdrawn. */
  readonly consentValidity: string | null;
  readonly dataSubjects: readonly string[];
  readonly data: readonly {
    readonly category: DataCategory;
    readonly categoryLabel: string;
    readonly legalBasis: LegalBasis;
    readonly ground: PersonnummerGround | null;
    readonly fields: readonly NamedField[];
    readonly retention: string;
  }[];
  /** Ids of the processors that receive data for it. */
  readonly processors: readonly string[];
}

/** The purposes as anyone may read them. */
export const publicPurposes = (register: Register, lang: Language): PublicPurpose[] =>
  Object.entries(register.purposes).map(([id, purpose]) => ({
    purpose: id,
    label: textIn(purpose.label, lang),
    description: textIn(purpose.description, lang),
    optionalConsent: purpose.optionalConsent,
    consentValidity: purpose.consentValidity ?? null,
    dataSubjects: purpose.dataSubjects.map((subject) => labelOf(register.dataSubjects, subject, lang)),
    data: purpose.data.map((entry) => {
      const category = register.dataCategories[entry.category];
      return {
        category: entry.category,
        categoryLabel: textIn(category.label, lang),
        legalBasis: entry.legalBasis,
        ground: entry.ground ?? null,
        fields: namedFields(register, entry.fields, lang),
        retention: textIn(entry.kept ?? category.retention.text, lang),
      };
    }),
    processors: Object.entries(register.processors)
      .filter(([, processor]) => processor.purposes.some((grant) => grant.purpose === id))
      .map(([processorId]) => processorId),
  }));

export interface PublicProcessor {
  readonly processorId: string;
  readonly name: string;
  readonly legalEntity: { readonly name: string; readonly registrationNumber: string | null } | null;
  readonly legalEntityNote: string | null;
  readonly role: Processor['role'];
  readonly service: string;
  /** Why nothing is passed on to it yet; `null` = it is in use. */
  readonly notInUse: string | null;
  readonly purposes: readonly {
    readonly purpose: string;
    readonly label: string;
    readonly legalBasis: LegalBasis;
    readonly fields: readonly NamedField[];
    readonly nonPersonalFields: readonly NamedField[];
  }[];
  readonly triggers: readonly string[];
  readonly withheld: readonly { readonly what: string; readonly reason: string }[];
  readonly country: string;
  readonly safeguard: { readonly kind: string; readonly text: string; readonly thirdCountries: readonly string[] };
  /** `null` = none in force, and nothing is sent. */
  readonly agreement: { readonly reference: string; readonly signedOn: string; readonly validTo: string | null } | null;
  readonly retention: string;
  readonly erasure: {
    readonly capability: ErasureCapability['capability'];
    readonly reason: ErasureCapability['reason'];
    /** After the call the shop asks again whether the data is gone. */
    readonly outcomeChecked: boolean;
    readonly method: string;
  };
  readonly hosts: readonly Endpoint['host'][];
}

/** The processors as anyone may read them, with their operator and agreement on that day. */
export const publicProcessors = (register: Register, at: string, lang: Language): PublicProcessor[] =>
  Object.entries(register.processors).map(([processorId, processor]) => {
    const entity = legalEntityAt(register, processorId, at);
    const agreement = agreementInForce(register, processorId, at);
    return {
      processorId,
      name: processor.name,
      legalEntity: entity && { name: entity.name, registrationNumber: entity.registrationNumber ?? null },
      legalEntityNote: entity?.note === undefined ? null : textIn(entity.note, lang),
      role: processor.role,
      service: textIn(processor.service, lang),
      notInUse: processor.notInUse === undefined ? null : textIn(processor.notInUse, lang),
      purposes: processor.purposes.map((grant) => ({
        purpose: grant.purpose,
        label: textIn(member(register.purposes, grant.purpose)?.label ?? {}, lang),
        legalBasis: grant.legalBasis,
        fields: namedFields(register, grant.fields, lang),
        nonPersonalFields: grant.nonPersonalFields.map((name) => ({
          name,
          label: labelOf(register.nonPersonalFields, name, lang),
        })),
      })),
      triggers: processor.triggers.map((trigger) => textIn(trigger.text, lang)),
      withheld: processor.withheld.map(({ what, reason }) => ({
        what: textIn(what, lang),
        reason: textIn(reason, lang),
      })),
      country: processor.country,
      safeguard: {
        kind: processor.safeguard.kind,
        text: textIn(processor.safeguard.text, lang),
        thirdCountries: processor.safeguard.thirdCountries ?? [],
      },
      agreement: agreement && {
        reference: agreement.reference,
        signedOn: agreement.signedOn,
        validTo: agreement.validTo ?? null,
      },
      retention: textIn(processor.retention.text, lang),
      erasure: {
        capability: processor.erasure.capability,
        reason: processor.erasure.reason,
        outcomeChecked: processor.erasure.outcomeChecked === true,
        method: textIn(processor.erasure.method, lang),
      },
      hosts: [...new Set(processor.endpoints.filter((e) => e.environment === 'live').map((e) => e.host))],
    };
  });

const labelOf = (map: Register['fields'], id: string, lang: Language): string => textIn(member(map, id) ?? {}, lang);

const namedFields = (register: Register, names: readonly string[], lang: Language): NamedField[] =>
  names.map((name) => ({ name, label: labelOf(register.fields, name, lang) }));
