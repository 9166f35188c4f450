/**
 * The processors that have a queue, and the name their tables carry. A set each: in a shared one, a processor with a
 * large backlog makes its neighbours an order of magnitude slower.
 */
const tableNames = { payson: 'payson', mondido: 'mondido', google: 'google', oneMail: 'one_mail' } as const;

/** Names of identifiers only, all ours: safe to stand in a statement. */
export interface TableSet {
  readonly processorId: string;
  readonly lane: string;
  readonly item: string;
}

export const tableSets: readonly TableSet[] = Object.entries(tableNames).map(([processorId, name]) => ({
  processorId,
  lane: `forwarding.${name}_lane`,
  item: `forwarding.${name}_item`,
}));

/** `null` = nothing was ever sent there, and nothing can be. */
export const tableSetOf = (processorId: string): TableSet | null =>
  tableSets.find((tables) => tables.processorId === processorId) ?? null;

/** Workers listen here; the payload is the processor's id. */
export const wakeChannel = 'forwarding_due';
