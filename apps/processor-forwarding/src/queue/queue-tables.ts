/**
 * The processors that have a queue, and the name in their tables. Each has tables of its own: in shared ones, a processor
 * with a large backlog makes the others an order of magnitude slower.
 */
const tableNames = { payson: 'payson', mondido: 'mondido', google: 'google', oneMail: 'one_mail' } as const;

/** Identifiers only, all of them constants of this file: safe inside an SQL statement. */
export interface QueueTables {
  readonly processorId: string;
  readonly lane: string;
  readonly item: string;
}

export const allQueueTables: readonly QueueTables[] = Object.entries(tableNames).map(([processorId, name]) => ({
  processorId,
  lane: `forwarding.${name}_lane`,
  item: `forwarding.${name}_item`,
}));

/** `null` = the processor has no queue: nothing was ever sent to it, and nothing can be. */
export const queueTablesOf = (processorId: string): QueueTables | null =>
  allQueueTables.find((tables) => tables.processorId === processorId) ?? null;

/** Workers listen on this channel; the payload is the processor's id. */
export const wakeChannel = 'forwarding_due';
