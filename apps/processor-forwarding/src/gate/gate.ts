import type { LegalBasis } from '@dittoo/kernel';
import { purposes as allPurposes, type ForwardingIntent, type PersonnummerGround, type Purpose, type RefusalReason } from '@dittoo/contracts'; // prettier-ignore
import {
  agreementInForce,
  consentEndsAt,
  fieldFilter,
  legalBasisFor,
  legalEntityAt,
  purposeOf,
  type Register,
} from '@dittoo/processor-register';
import type { ConsentInForce, Standing } from './standing.js';

/** What is to be sent: fields, purpose by purpose. */
export interface Asked {
  readonly processorId: string;
  readonly intent: ForwardingIntent;
  readonly purposes: readonly { readonly purpose: Purpose; readonly fields: readonly string[] }[];
  /** It answers a request, at an address of the request's own: an erased person is told what was done. */
  readonly answersRequest?: boolean;
}

/** One purpose that may go, and on what it rests. */
export interface Permission {
  readonly purpose: Purpose;
  readonly fields: readonly string[];
  readonly legalBasis: LegalBasis;
  readonly consent: ConsentInForce | null;
}

export type Verdict =
  | { readonly allowed: true; readonly legalEntity: string; readonly permissions: readonly Permission[] }
  | {
      readonly allowed: false;
      readonly reason: RefusalReason;
      /** The refused fields; all of them where the whole is refused. */
      readonly fields: readonly string[];
      readonly purpose: Purpose | null;
      readonly consentRecordId: string | null;
    };

const rightsPurpose: Purpose = 'dataSubjectRights';

/** Is the field personal by the register? The others say nothing about a person. */
export const isPersonal = (register: Register, field: string): boolean => Object.hasOwn(register.fields, field);

/**
 * May this leave, now? All of it or none: one purpose or one field that may not go refuses the whole, so that a wrong
 * intent is seen instead of half sent. No I/O and no clock: `at` and `standing` come in.
 */
export const judge = (register: Register, asked: Asked, standing: Standing, at: string): Verdict => {
  const { processorId, purposes } = asked;
  const everything = purposes.flatMap(({ fields }) => fields);
  const refuse = (
    reason: RefusalReason,
    fields: readonly string[] = everything,
    purpose: Purpose | null = null,
    consentRecordId: string | null = null,
  ): Verdict => ({ allowed: false, reason, fields, purpose, consentRecordId });

  if (!Object.hasOwn(register.processors, processorId)) return refuse('unknownProcessor');
  if (register.processors[processorId]?.notInUse !== undefined) return refuse('processorNotInUse');
  const entity = legalEntityAt(register, processorId, at);
  if (entity === null || agreementInForce(register, processorId, at) === null) return refuse('noAgreementInForce');
  // An erased person may still be owed a refund: what carries nothing personal may go.
  const carriesPersonal = (fields: readonly string[]): boolean => fields.some((field) => isPersonal(register, field));
  const isAnswer = asked.answersRequest === true && purposes.every(({ purpose }) => purpose === rightsPurpose);
  if (standing.erased && !isAnswer && carriesPersonal(everything)) return refuse('subjectErased');

  const permissions: Permission[] = [];
  for (const { purpose, fields } of purposes) {
    const legalBasis = legalBasisFor(register, processorId, purpose);
    if (legalBasis === null) return refuse('noLegalBasis', fields, purpose);
    const filter = fieldFilter(register, processorId, purpose, fields);
    if (!filter.allowed) return refuse('fieldNotAllowed', filter.refused, purpose);
    if (carriesPersonal(fields)) {
      // Answers to rights requests go out during a restriction too: the person must be told before it is lifted (art. 18(3)).
      if (standing.restricted && purpose !== rightsPurpose) return refuse('processingRestricted', fields, purpose);
      if (standing.objected.includes(purpose)) return refuse('processingObjected', fields, purpose);
    }
    if (purpose === 'similarGoods' && standing.softOptIn.status !== 'noted') {
      return refuse(standing.softOptIn.status === 'ended' ? 'processingObjected' : 'noLegalBasis', fields, purpose);
    }
    const consent = legalBasis === 'consent' ? consentAt(register, standing, purpose, at) : undefined;
    if (legalBasis === 'consent' && consent === undefined) return refuse('consentMissing', fields, purpose);
    permissions.push({ purpose, fields, legalBasis, consent: consent ?? null });
  }
  return { allowed: true, legalEntity: entity.name, permissions };
};

/** The consent to `purpose`, if it is in force then: given, and its time by the register not over. */
export const consentAt = (
  register: Register,
  { consents }: Pick<Standing, 'consents'>,
  purpose: string,
  at: string,
): ConsentInForce | undefined => {
  const consent = Object.hasOwn(consents, purpose) ? consents[purpose] : undefined;
  const endsAt = consent === undefined ? null : consentEndsAt(register, purpose, consent.since);
  return endsAt !== null && endsAt <= at ? undefined : consent;
};

/**
 * The purpose under which the processor may receive a personnummer recorded on this ground (lag 2018:218, 3 kap. 10 §),
 * by the register; `null` = on that ground it may not. No ground is right for a card.
 */
export const personnummerPurpose = (
  register: Register,
  processorId: string,
  ground: PersonnummerGround,
): Purpose | null => {
  for (const purpose of allPurposes) {
    const data = register.purposes[purpose]?.data ?? [];
    const covered = data.some((part) => part.category === 'personnummer' && part.ground === ground);
    if (covered && purposeOf(register, processorId, purpose)?.fields.includes('personnummer') === true) return purpose;
  }
  return null;
};
