import type { SubjectId } from '@dittoo/kernel';
import type { Pool } from 'pg';
import { companionParts, type CompanionRow } from './companion.js';
import { GroupCommit } from './group-commit.js';
import type { Claimed, Item, Lane, LaneRest, SendingRecord } from './item.js';
import { claimStatement, endStatement, markStatement } from './lane-statements.js';
import type { QueueTables } from './queue-tables.js';

/** The lease was lost: another worker has the lane, and nothing was written. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease of the lane is lost');
    this.name = 'LeaseLost';
  }
}

export interface Mark {
  readonly lane: Lane;
  readonly item: Item;
  readonly record: SendingRecord;
  readonly also: readonly CompanionRow[];
}

/** What becomes of an item and its lane. */
export interface End {
  readonly lane: Lane;
  /** Absent: the lane alone is changed. */
  readonly item?: Item;
  readonly fate: 'done' | 'queued' | 'parked' | 'kept';
  /** Does a parked item keep the record of its last send? Then it is reconciled before it is sent again. */
  readonly keeps?: boolean;
  readonly attempts: 'keep' | 'count' | 'reset';
  /** How long the lane waits; absent: it stays leased. */
  readonly delayMs?: number;
  readonly also?: readonly CompanionRow[];
}

type ItemColumns = { readonly [Column in keyof Item]: Item[Column] | null };

/** What is written to the lanes of one processor: together where it is asked for at the same time. */
export class LaneWrites {
  private readonly marks: GroupCommit<Mark, boolean | null>;
  private readonly ends: GroupCommit<End, LaneRest | null>;
  private readonly lease: string;

  constructor(
    private readonly pool: Pool,
    private readonly tables: QueueTables,
    leaseSeconds: number,
  ) {
    this.lease = `now() + interval '${Math.trunc(leaseSeconds)} s'`;
    const keyOf = ({ lane }: { readonly lane: Lane }): string => lane.subjectId;
    this.marks = new GroupCommit<Mark, boolean | null>((marks) => this.writeMarks(marks), keyOf);
    this.ends = new GroupCommit<End, LaneRest | null>((ends) => this.writeEnds(ends), keyOf);
  }

  async claim(commands: number, polls: number): Promise<Claimed[]> {
    const { rows } = await this.pool.query<
      ItemColumns & { lane_subject: SubjectId; lease_token: string; failures: number; urgent: boolean }
    >({
      name: `fwd-claim-${this.tables.processorId}-${commands}-${polls}`,
      text: claimStatement(this.tables, this.lease, commands, polls),
    });
    return rows.map(({ failures, lane_subject: subjectId, lease_token: token, urgent, ...head }) => ({
      lane: { tables: this.tables, subjectId, token, attempt: failures },
      item: itemOf(head),
      urgent,
    }));
  }

  /** @throws LeaseLost */
  async mark(mark: Mark): Promise<boolean> {
    const marked = await this.marks.ask(mark);
    if (marked === null) throw new LeaseLost();
    return marked;
  }

  /** @throws LeaseLost */
  async end(end: End): Promise<LaneRest> {
    const rest = await this.ends.ask(end);
    if (rest === null) throw new LeaseLost();
    return rest;
  }

  /** Without effect where the lease was lost. */
  async give(lane: Lane, delayMs: number): Promise<void> {
    await this.ends.ask({ lane, fate: 'kept', attempts: 'keep', delayMs });
  }

  async renew(subjectId: SubjectId, token: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE ${this.tables.lane} SET lease_until = ${this.lease} WHERE subject_id = $1 AND lease_token = $2`,
      [subjectId, token],
    );
    return rowCount === 1;
  }

  private async writeMarks(marks: readonly Mark[]): Promise<(boolean | null)[]> {
    const companions = companionParts(
      marks.map(({ also }) => also),
      'marked',
      6,
    );
    const { rows } = await this.pool.query<{ place: number; marked: boolean }>({
      name: `fwd-mark-${this.tables.processorId}-${companions.name}`,
      text: markStatement(this.tables, this.lease, companions.sql),
      values: [
        ...lanesOf(marks),
        marks.map(({ item }) => item.id),
        marks.map(({ item }) => item.attempt),
        marks.map(({ record }) => JSON.stringify(record)),
        ...companions.values,
      ],
    });
    const byPlace = new Map(rows.map(({ marked, place }) => [place, marked]));
    return marks.map((_mark, index) => byPlace.get(index + 1) ?? null);
  }

  private async writeEnds(ends: readonly End[]): Promise<(LaneRest | null)[]> {
    const companions = companionParts(
      ends.map(({ also = [] }) => also),
      'held',
      9,
    );
    const { rows } = await this.pool.query<ItemColumns & { place: number; items: number }>({
      name: `fwd-end-${this.tables.processorId}-${companions.name}`,
      text: endStatement(this.tables, this.lease, companions.sql),
      values: [
        ...lanesOf(ends),
        ends.map(({ item }) => item?.id ?? null),
        ends.map(({ item }) => item?.intentId ?? null),
        ends.map(({ fate }) => fate),
        ends.map(({ keeps = false }) => keeps),
        ends.map(({ delayMs = null }) => delayMs),
        ends.map(({ attempts }) => attempts),
        ...companions.values,
      ],
    });
    const byPlace = new Map(rows.map(({ items, place, ...head }) => [place, { items, next: itemOf(head) }]));
    return ends.map((_end, index) => byPlace.get(index + 1) ?? null);
  }
}

const lanesOf = (requests: readonly { readonly lane: Lane }[]): unknown[] => [
  requests.map(({ lane }) => lane.subjectId),
  requests.map(({ lane }) => lane.token),
];

const itemOf = (head: ItemColumns): Item | null => (head.id === null ? null : (head as Item));
