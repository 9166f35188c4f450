import type { CommentEvent } from '@dittoo/contracts';
import { deciderSpec } from '@dittoo/testing';
import { describe, it } from '@jest/globals';
import { commentDecider, type CommentCommand } from './comment.decider.js';

const given = deciderSpec(commentDecider);

const said = { sku: 'stengods-mugg', givenName: 'Astrid', text: 'En fin mugg.', language: 'sv' } as const;
const post: CommentCommand = { type: 'PostComment', ...said };
const posted: CommentEvent = { type: 'CommentPosted', data: said };
const rectified: CommentEvent = { type: 'CommentRectified', data: { text: 'En mycket fin mugg.' } };
const deleted: CommentEvent = { type: 'CommentDeleted', data: { by: 'author' } };

describe('a comment', () => {
  it('is posted once', () => {
    given().when(post).then(posted);
    given(posted).when(post).then();
  });

  it('is rectified, the same text changing nothing', () => {
    given(posted).when({ type: 'RectifyComment', text: 'En mycket fin mugg.' }).then(rectified);
    given(posted, rectified).when({ type: 'RectifyComment', text: 'En mycket fin mugg.' }).then();
  });

  it('is deleted once, and then there is nothing to rectify', () => {
    given(posted).when({ type: 'DeleteComment', by: 'author' }).then(deleted);
    given(posted, deleted).when({ type: 'DeleteComment', by: 'staff' }).then();
    given(posted, deleted).when({ type: 'RectifyComment', text: 'x' }).thenFails('not-found');
  });

  it('cannot be changed if it was never posted', () => {
    given().when({ type: 'DeleteComment', by: 'author' }).thenFails('not-found');
    given().when({ type: 'RectifyComment', text: 'x' }).thenFails('not-found');
  });
});
