import type { CommentEvent } from '@dittoo/contracts';
import {
  EventStore,
  isErased,
  Sealer,
  streamName,
  type RecordedEvent,
  type SubjectId,
  type Uuid,
} from '@dittoo/kernel';
import { decodeCursor, pageOf, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isWithheld } from '../standing/withheld.query.js';
import type { CommentAnswer } from './comment-list.http.js';

interface Row {
  readonly comment_id: Uuid;
  readonly author_id: Uuid;
  readonly posted_at: Date;
}

/**
 * Comments of a product, newest first, without those of withheld authors. Pages are cut by ids; text and author are
 * read from the streams. A comment whose key is destroyed is left out, so a page may hold fewer than requested.
 */
@Injectable()
export class CommentList {
  constructor(
    private readonly rows: DataSource,
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /** @param nameOf an author's current name; `null` = not to be shown any more */
  async page(
    sku: string,
    limit: number,
    cursor: string | undefined,
    nameOf: (authorId: SubjectId) => Promise<string | null>,
  ): Promise<Page<CommentAnswer>> {
    const after = cursor === undefined ? [null, null] : decodeCursor(cursor, 'time', 'id');
    const rows = await this.rows.query<Row[]>(
      `SELECT comment_id, author_id, posted_at FROM engagement.comment_row
       WHERE sku = $1 AND NOT ${isWithheld('author_id')}
         AND ($2::timestamptz IS NULL OR (posted_at, comment_id) < ($2, $3::uuid))
       ORDER BY posted_at DESC, comment_id DESC LIMIT $4`,
      [sku, ...after, limit + 1],
    );
    const { items, nextCursor } = pageOf(rows, limit, (row) => [row.posted_at.toISOString(), row.comment_id]);
    const authors = [...new Set(items.map((row) => row.author_id))];
    const names = new Map(await Promise.all(authors.map(async (id) => [id, await nameOf(id)] as const)));
    const shown = await Promise.all(items.map((row) => this.answer(row, names.get(row.author_id) ?? null)));
    return { items: shown.filter((answer) => answer !== null), nextCursor };
  }

  private async answer({ comment_id: commentId }: Row, givenName: string | null): Promise<CommentAnswer | null> {
    const recorded: RecordedEvent[] = [];
    for await (const event of this.store.readStream(streamName('comment', commentId))) recorded.push(event);
    const opened = await this.sealer.open<CommentEvent>(recorded);
    const first = opened[0];
    if (first?.event.type !== 'CommentPosted' || opened.some(({ event }) => event.type === 'CommentDeleted'))
      return null;
    const { sku } = first.event.data;
    const last = opened.findLast(({ event }) => event.type === 'CommentRectified') ?? first;
    const { text } = last.event.data as { text: string };
    if (givenName === null || isErased(text)) return null;
    const postedAt = first.recorded.metadata.recordedAt;
    return { commentId, sku, givenName, text, postedAt, changedAt: last.recorded.metadata.recordedAt };
  }
}
