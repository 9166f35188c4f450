import type { CommentEvent, Locale } from '@dittoo/contracts';
import { DomainError, type Decider, type Personal } from '@dittoo/kernel';

/** One comment on one product. Stream `comment-<id>`. */
export type Comment =
  | { readonly status: 'none' }
  | {
      readonly status: 'posted';
      readonly sku: string;
      readonly givenName: Personal<string>;
      readonly text: Personal<string>;
    }
  | { readonly status: 'deleted' };

export type CommentCommand =
  | {
      readonly type: 'PostComment';
      readonly sku: string;
      readonly givenName: string;
      readonly text: string;
      readonly language: Locale;
    }
  | { readonly type: 'RectifyComment'; readonly text: string }
  | { readonly type: 'DeleteComment'; readonly by: 'author' | 'staff' };

const decide = (command: CommentCommand, comment: Comment): CommentEvent[] => {
  switch (command.type) {
    case 'PostComment': {
      if (comment.status !== 'none') return [];
      const { givenName, language, sku, text } = command;
      return [{ type: 'CommentPosted', data: { sku, givenName, text, language } }];
    }
    case 'RectifyComment':
      if (comment.status !== 'posted') throw new DomainError('not-found');
      return comment.text === command.text ? [] : [{ type: 'CommentRectified', data: { text: command.text } }];
    case 'DeleteComment':
      if (comment.status === 'none') throw new DomainError('not-found');
      return comment.status === 'deleted' ? [] : [{ type: 'CommentDeleted', data: { by: command.by } }];
  }
};

const evolve = (comment: Comment, event: CommentEvent): Comment => {
  switch (event.type) {
    case 'CommentPosted': {
      const { givenName, sku, text } = event.data;
      return { status: 'posted', sku, givenName, text };
    }
    case 'CommentRectified':
      return comment.status === 'posted' ? { ...comment, text: event.data.text } : comment;
    case 'CommentDeleted':
      return { status: 'deleted' };
  }
};

export const commentDecider: Decider<CommentCommand, Comment, CommentEvent> = {
  category: 'comment',
  initialState: { status: 'none' },
  decide,
  evolve,
};
