import { attentionSeverities, schemaMap, type AttentionAbout, type AttentionKind } from '@dittoo/contracts';
import { derivedId, newId, type Clock, type EventStore, type Uuid } from '@dittoo/kernel';
import { Commands, systemContext, type CommandContext } from '@dittoo/service';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { attentionDecider, type AttentionCommand } from './attention.decider.js';
import { AttentionRows } from './attention-rows.js';
import { PlainSealer } from './plain-sealer.js';

/** A fact that a person must look at. */
export interface AttentionFact<Kind extends AttentionKind> {
  /** Which item of its kind it is: facts with one key are one item. */
  readonly key: string;
  readonly about: AttentionAbout[Kind];
  /** RFC 3339, and the same whenever the fact is seen: what a person closed by hand does not open for it again. */
  readonly since: string;
}

/**
 * Opens and closes attention items: appends the event, then writes the row of the list itself, so that an item is seen
 * also where events get no position, are not relayed or are not handled. Uses no key, so that it works where keys are
 * missing.
 *
 * Dies in between: audit's reactor writes the row when the event arrives.
 */
export class AttentionItems {
  readonly rows: AttentionRows;
  private readonly commands: Commands;

  constructor(
    store: EventStore,
    clock: Clock,
    pool: Pool,
    private readonly logger: Logger,
  ) {
    this.rows = new AttentionRows(pool);
    this.commands = new Commands(store, new PlainSealer(), clock, schemaMap);
  }

  idOf(kind: AttentionKind, key: string): Uuid {
    return derivedId('attention', kind, key);
  }

  /**
   * Safe to repeat: an open item stays as it is.
   *
   * @param cause the event that says it; default: the service saw it
   */
  async open<Kind extends AttentionKind>(
    kind: Kind,
    where: string,
    { about, key, since }: AttentionFact<Kind>,
    cause: CommandContext = systemContext(where, null, newId()),
  ): Promise<void> {
    const id = this.idOf(kind, key);
    const item = { kind, severity: attentionSeverities[kind], where, about, since };
    if (await this.change(id, { type: 'OpenItem', item }, cause)) this.logger.warn({ id, kind }, 'attention.opened');
  }

  /** Safe to repeat; without effect where it is not open. */
  async close(
    kind: AttentionKind,
    key: string,
    cause: CommandContext = systemContext('attention', null, newId()),
  ): Promise<void> {
    await this.closeById(this.idOf(kind, key), cause);
  }

  async closeById(id: Uuid, cause: CommandContext = systemContext('attention', null, newId())): Promise<void> {
    if (!(await this.rows.isOpen(id))) return;
    if (await this.change(id, { type: 'CloseItem' }, cause)) this.logger.info({ id }, 'attention.closed');
  }

  /** Writes the row as the stream says. Safe to repeat. */
  async follow(id: Uuid): Promise<void> {
    const { history, revision, state } = await this.commands.load(attentionDecider, id);
    const last = history.at(-1)?.recorded;
    if (state.status === 'none' || revision === null || last === undefined) return;
    await this.rows.write(id, state, { revision, changedAt: last.metadata.recordedAt });
  }

  /** @returns whether the item changed now; not where the cause had changed it before */
  private async change(id: Uuid, command: AttentionCommand, cause: CommandContext): Promise<boolean> {
    // The item is about nobody, also where the event that causes it is about a person.
    const context = { ...cause, dataSubjectId: null };
    const before = await this.commands.load(attentionDecider, id);
    const { revision } = await this.commands.execute(attentionDecider, id, command, context, before);
    await this.follow(id);
    return revision !== before.revision;
  }
}
