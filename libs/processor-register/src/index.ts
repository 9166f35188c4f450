export { addDuration, dayOf } from './calendar.js';
export { consentEndsAt, someConsentsEnd } from './consent-validity.js';
export { fieldFilter, type FieldFilterAnswer } from './field-filter.js';
export {
  Html,
  htmlPage,
  htmlPageEnd,
  htmlPageStart,
  htmlTable,
  htmlTableEnd,
  htmlTableRow,
  htmlTableStart,
  markup,
} from './html.js';
export { type Capabilities, unsupportedStatements } from './capabilities.js';
export { loadRegister, parseRegister, RegisterInvalid } from './load-register.js';
export { legalBasisLabel } from './messages/messages.js';
export { policyPage } from './policy.page.js';
export {
  policyDocument,
  policySections,
  type PolicyBlock,
  type PolicyDocument,
  type PolicySection,
} from './policy-document.js';
export { asCsv, asHtml } from './processing-records.page.js';
export { processingRecords, type ProcessingRecord, type ProcessingRecords } from './processing-records.js';
export {
  agreementInForce,
  driftWarnings,
  egressHosts,
  keptSince,
  legalBasisFor,
  legalEntityAt,
  paymentMethods,
  paymentOffer,
  processorForPayment,
  purposeOf,
  type DriftWarning,
} from './processors.js';
export {
  consentPurposes,
  publicProcessors,
  publicPurposes,
  type NamedField,
  type PublicProcessor,
  type PublicPurpose,
} from './public-register.js';
export {
  languages,
  optionalConsents,
  textIn,
  type Agreement,
  type Day,
  type Drift,
  type Duration,
  type Endpoint,
  type ErasureCapability,
  type Grant,
  type Language,
  type LegalEntity,
  type LocalizedText,
  type OptionalConsent,
  type PaymentTerms,
  type PersonnummerGround,
  type Processor,
  type Purpose,
  type PurposeData,
  type Register,
  type RegisterDocument,
  type Retention,
  type RetentionStage,
  type RetentionStart,
  type Safeguard,
  type Trigger,
} from './register.js';
export type { RegisterProblem } from './register-rules.js';
export { retentionEndsOn, retentionOf } from './retention.js';
