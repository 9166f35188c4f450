import type { Uuid } from '@dittoo/kernel';
import type { EntityManager } from 'typeorm';

export type TaskKind = 'erasure' | 'personnummer' | 'execution' | 'copyEnd' | 'restrictionLift';

/**
 * What is to be done at a time, in the database: a reactor writes the task together with its checkpoint, a worker does
 * it when it is due. Performing must be safe to repeat: a task is gone only once its performer said so.
 */
export abstract class DueTasks {
  /** One performer per kind. @param perform returns when to come again; `null` = done */
  abstract perform(kind: TaskKind, perform: (id: Uuid) => Promise<string | null>): void;

  /** Due at `dueAt`, or earlier if it was already due earlier. */
  abstract schedule(transaction: EntityManager, kind: TaskKind, id: Uuid, dueAt: string): Promise<void>;
}
