import type { AttentionAbout, AttentionKind, AttentionSeverity } from '@dittoo/contracts';
import type { Uuid } from '@dittoo/kernel';
import type { Pool } from 'pg';
import type { AttentionItem } from './attention.decider.js';

/** An item in the list. */
export interface ListedItem<Kind extends AttentionKind = AttentionKind> {
  readonly id: Uuid;
  readonly kind: Kind;
  readonly severity: AttentionSeverity;
  readonly where: string;
  readonly about: AttentionAbout[Kind];
  readonly since: string;
  readonly state: 'open' | 'closed' | 'dismissed';
  /** When it was opened or closed last. */
  readonly changedAt: string;
}

/** How many items of a kind are open; a kind without one is absent. */
export type AttentionCounts = { readonly [Kind in AttentionKind]?: number };

export interface ItemFilter {
  readonly kind: AttentionKind | null;
  /** `closed`: by itself or by hand. */
  readonly state: 'open' | 'closed';
}

type Row = Omit<ListedItem, 'since' | 'changedAt'> & { readonly since: Date; readonly changedAt: Date };

const columns = `item_id AS id, kind, severity, place AS "where", about, since, state, changed_at AS "changedAt"`;

/** The list of attention items in the shared database; what it holds is in the streams. */
export class AttentionRows {
  constructor(private readonly pool: Pool) {}

  /** Without effect where the row is newer. */
  async write(
    id: Uuid,
    item: Exclude<AttentionItem, { status: 'none' }>,
    { revision, changedAt }: { readonly revision: bigint; readonly changedAt: string },
  ): Promise<void> {
    const { kind, severity, where, about, since, status } = item;
    await this.pool.query(
      `INSERT INTO attention.item AS i (item_id, kind, severity, place, about, since, state, changed_at, revision)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (item_id) DO UPDATE
       SET severity = excluded.severity, place = excluded.place, about = excluded.about, since = excluded.since,
           state = excluded.state, changed_at = excluded.changed_at, revision = excluded.revision
       WHERE i.revision < excluded.revision`,
      [id, kind, severity, where, JSON.stringify(about), since, status, changedAt, String(revision)],
    );
  }

  async isOpen(id: Uuid): Promise<boolean> {
    const { rows } = await this.pool.query(`SELECT FROM attention.item WHERE item_id = $1 AND state = 'open'`, [id]);
    return rows.length > 0;
  }

  async openOf<Kind extends AttentionKind>(kind: Kind): Promise<ListedItem<Kind>[]> {
    const { rows } = await this.pool.query<Row & ListedItem<Kind>>(
      `SELECT ${columns} FROM attention.item WHERE kind = $1 AND state = 'open' ORDER BY since, item_id`,
      [kind],
    );
    return rows.map(listed);
  }

  async counts(): Promise<AttentionCounts> {
    const { rows } = await this.pool.query<{ kind: AttentionKind; items: number }>(
      `SELECT kind, count(*)::int AS items FROM attention.item WHERE state = 'open' GROUP BY kind ORDER BY kind`,
    );
    return Object.fromEntries(rows.map(({ kind, items }) => [kind, items]));
  }

  /** Oldest first. */
  async page({ kind, state }: ItemFilter, after: readonly string[] | null, limit: number): Promise<ListedItem[]> {
    const [since, id] = after ?? ['-infinity', '00000000-0000-0000-0000-000000000000'];
    const { rows } = await this.pool.query<Row>(
      `SELECT ${columns} FROM attention.item
       WHERE (state = 'open') = $1 AND ($2::text IS NULL OR kind = $2) AND (since, item_id) > ($3::timestamptz, $4::uuid)
       ORDER BY since, item_id LIMIT $5`,
      [state === 'open', kind, since, id, limit],
    );
    return rows.map(listed);
  }
}

const listed = <Kind extends AttentionKind>(
  row: Row & { kind: Kind; about: AttentionAbout[Kind] },
): ListedItem<Kind> => ({
  ...row,
  since: row.since.toISOString(),
  changedAt: row.changedAt.toISOString(),
});
