import type { LegalBasis } from '@dittoo/kernel';
import { dayOf, holds, subtractDuration } from './calendar.js';
import { messages } from './messages/messages.js';
import {
  type Agreement,
  type Day,
  type Drift,
  type Endpoint,
  type Grant,
  type Language,
  type LegalEntity,
  type PaymentTerms,
  type Register,
  member,
  textIn,
} from './register.js';

/** The legal entity that operates the processor's service on that day; `null` = unknown, so nothing may be sent. */
export const legalEntityAt = (register: Register, processorId: string, at: string): LegalEntity | null => {
  const day = dayOf(at);
  const entities = member(register.processors, processorId)?.legalEntities ?? [];
  return entities.find(({ validFrom, validTo }) => holds({ from: validFrom, to: validTo }, day)) ?? null;
};

/**
 * The data-processing agreement that covers this processor then; `null` = none, so nothing may be sent. An agreement
 * with a legal entity that no longer operates the service covers nothing.
 *
 * @param at RFC 3339 instant, or a day
 */
export const agreementInForce = (register: Register, processorId: string, at: string): Agreement | null => {
  const day = dayOf(at);
  const operator = legalEntityAt(register, processorId, at);
  const agreements = member(register.processors, processorId)?.agreements ?? [];
  return (
    agreements.find(
      ({ legalEntity, signedOn, validTo }) =>
        legalEntity === operator?.name && holds({ from: signedOn, to: validTo }, day),
    ) ?? null
  );
};

/**
 * The first day whose data the processor may still keep, by its entry; `null` = the entry names no time.
 *
 * @param at RFC 3339 instant, or a day
 */
export const keptSince = (register: Register, processorId: string, at: string): Day | null => {
  const duration = member(register.processors, processorId)?.retention.duration;
  return duration === undefined ? null : subtractDuration(dayOf(at), duration);
};

/** What the processor may receive for the purpose; `null` = nothing. */
export const purposeOf = (register: Register, processorId: string, purpose: string): Grant | null =>
  member(register.processors, processorId)?.purposes.find((grant) => grant.purpose === purpose) ?? null;

/** The legal basis on which the processor receives data for the purpose; `null` = it may not. */
export const legalBasisFor = (register: Register, processorId: string, purpose: string): LegalBasis | null =>
  purposeOf(register, processorId, purpose)?.legalBasis ?? null;

/** The hosts that services may call for this processor, without those that only a browser opens. */
export const egressHosts = (
  register: Register,
  processorId: string,
  environment: Endpoint['environment'] = 'live',
): readonly Endpoint[] =>
  (member(register.processors, processorId)?.endpoints ?? []).filter(
    (endpoint) => endpoint.calledBy === 'service' && endpoint.environment === environment,
  );

/** The processor of a payment method; `null` = no such method. */
export const processorForPayment = (register: Register, method: string): string | null =>
  Object.entries(register.processors).find(([, processor]) =>
    processor.triggers.some((trigger) => trigger.paymentMethods?.includes(method)),
  )?.[0] ?? null;

/** Which orders a payment method takes; absent terms = any. `null` = no such method. */
export const paymentOffer = (register: Register, method: string): { readonly terms: PaymentTerms | null } | null => {
  const triggers = Object.values(register.processors).flatMap((processor) => processor.triggers);
  const offering = triggers.find((trigger) => trigger.paymentMethods?.includes(method));
  return offering === undefined ? null : { terms: offering.accepts ?? null };
};

/** Every payment method with a processor. */
export const paymentMethods = (register: Register): readonly string[] =>
  Object.values(register.processors).flatMap((processor) =>
    processor.triggers.flatMap((trigger) => trigger.paymentMethods ?? []),
  );

/** A warning that a published text is out of date. */
export interface DriftWarning {
  readonly id: string;
  readonly processorId: string | null;
  /** First day of the difference, where known. */
  readonly since: string | null;
  readonly published: string;
  readonly found: string;
}

/** The differences noted in the register, and those shown by its dates: a text that names a former operator. */
export const driftWarnings = (register: Register, at: string, lang: Language): DriftWarning[] => [
  ...Object.entries(register.processors).flatMap(([processorId, processor]) => {
    const operator = legalEntityAt(register, processorId, at);
    const named = processor.legalEntities.some((entity) => entity.name === processor.publishedName);
    if (!named || operator?.name === processor.publishedName) return [];
    return [
      {
        id: `legalEntity.${processorId}`,
        processorId,
        since: operator?.validFrom ?? null,
        published: processor.publishedName,
        found: operator?.name ?? messages(lang).format('policy.drift.noEntity'),
      },
    ];
  }),
  ...register.drift
    .filter((drift: Drift) => drift.since === undefined || drift.since <= dayOf(at))
    .map((drift) => ({
      id: drift.id,
      processorId: drift.processor ?? null,
      since: drift.since ?? null,
      published: textIn(drift.published, lang),
      found: textIn(drift.found, lang),
    })),
];
