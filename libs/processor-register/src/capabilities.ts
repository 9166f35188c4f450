import type { Processor, ProcessorCapability, RegisterDocument, Trigger } from './register.js';
import type { RegisterProblem } from './register-rules.js';

/** What the service that forwards can do, by processor. */
export type Capabilities = Readonly<Record<string, readonly ProcessorCapability[]>>;

export const deletesByCall = ({ erasure }: Processor): boolean =>
  erasure.capability === 'supported' || erasure.capability === 'partial';

const neededByTrigger: Readonly<Record<Trigger['kind'], ProcessorCapability>> = {
  paymentMethod: 'takePayments',
  mail: 'sendMail',
  campaignEntry: 'reportCampaigns',
};

/** Each statement about a processor that only code makes true, with the capability it needs. */
const statements = (processor: Processor): readonly (readonly [string, ProcessorCapability])[] => [
  ...(processor.notInUse === undefined
    ? processor.triggers.map(({ kind }, index) => [`triggers/${index}`, neededByTrigger[kind]] as const)
    : []),
  ...(deletesByCall(processor) ? ([['erasure/capability', 'deleteByCall']] as const) : []),
  ...(processor.erasure.outcomeChecked === true ? ([['erasure/outcomeChecked', 'checkDeletion']] as const) : []),
  ...(processor.retention.duration === undefined ? [] : ([['retention/duration', 'deleteByAge']] as const)),
];

/**
 * What the register, and so the policy page, the record of processing and the certificate, would say of a processor
 * though no code does it. Law 14 of the architecture: what is stated is derived from what the system can do.
 *
 * @returns one problem for each statement: take it out of the register, or say `notInUse`, or write the adapter
 */
export const unsupportedStatements = (
  register: Pick<RegisterDocument, 'processors'>,
  capabilities: Capabilities,
): RegisterProblem[] =>
  Object.entries(register.processors).flatMap(([id, processor]) =>
    statements(processor)
      .filter(([, needed]) => !(Object.hasOwn(capabilities, id) && capabilities[id]!.includes(needed)))
      .map(([statement, needed]) => ({
        path: `/processors/${id}/${statement}`,
        message: `states what needs ${needed}, which this system does not do there`,
      })),
  );
