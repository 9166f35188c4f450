/* The types of `orders.mjs`, which is not checked yet. */
import type { Rounds } from './rounds.mjs';
import type { Run } from './table.mjs';
import type { TestEnvironment } from './test-environment.mjs';

export function benchOrders(
  environment: Pick<TestEnvironment, 'dataDir' | 'postgres' | 'url'>,
  rounds: Rounds,
  say: (text: string) => void,
): Promise<Run[]>;
