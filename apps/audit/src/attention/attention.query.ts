import type { AttentionEvent, AttentionKind, Locale } from '@dittoo/contracts';
import { DomainError, readable, type Uuid } from '@dittoo/kernel';
import {
  attentionDecider,
  AttentionItems,
  type AttentionItem,
  type ItemFilter,
  type ListedItem,
} from '@dittoo/platform';
import { Commands, decodeCursor, pageOf, type Loaded, type Page } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import { messages } from '../messages/messages.js';
import type { AttentionItemAnswer, AttentionItemDetails } from './attention.http.js';

/** What a person must look at, in words: the list from the rows, a single item from its stream. */
@Injectable()
export class Attention {
  constructor(
    private readonly items: AttentionItems,
    private readonly commands: Commands,
  ) {}

  async page(filter: ItemFilter, lang: Locale, limit: number, cursor?: string): Promise<Page<AttentionItemAnswer>> {
    const after = cursor === undefined ? null : decodeCursor(cursor, 'time', 'id');
    const rows = await this.items.rows.page(filter, after, limit + 1);
    const page = pageOf(rows, limit, ({ id, since }) => [since, id]);
    return { ...page, items: page.items.map((item) => answerOf(item, lang)) };
  }

  /** @throws DomainError `not-found` */
  async one(id: Uuid, lang: Locale): Promise<AttentionItemDetails> {
    const loaded = await this.commands.load(attentionDecider, id);
    if (loaded.state.status === 'none') throw new DomainError('not-found');
    const last = loaded.history.at(-1)!.recorded.metadata;
    const { status: state, ...opened } = loaded.state;
    const answer = answerOf({ ...opened, id, state, changedAt: last.recordedAt }, lang);
    return { ...answer, closedBy: state === 'dismissed' ? last.actor.id : null, reason: reasonOf(loaded) };
  }
}

const answerOf = (
  { about, changedAt, id, kind, severity, since, state, where }: ListedItem,
  lang: Locale,
): AttentionItemAnswer => ({
  id,
  kind,
  severity,
  state: state === 'open' ? 'open' : 'closed',
  since,
  where,
  about,
  ...wordsOf(kind, lang),
  closedAt: state === 'open' ? null : changedAt,
  closedHow: state === 'open' ? null : state === 'closed' ? 'resolved' : 'byHand',
});

const wordsOf = (kind: AttentionKind, lang: Locale): Pick<AttentionItemAnswer, 'whatHappened' | 'whatToDo'> => {
  const texts = messages(lang);
  return {
    whatHappened: texts.format(`attention.${kind}.happened`),
    whatToDo: texts.format(`attention.${kind}.todo`),
  };
};

const reasonOf = ({ history, state }: Loaded<AttentionItem, AttentionEvent>): string | null => {
  const last = history.at(-1)?.event;
  if (state.status !== 'dismissed' || last?.type !== 'AttentionDismissed') return null;
  return readable(last.data.reason, null);
};
