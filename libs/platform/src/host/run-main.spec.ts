import { expect, it } from '@jest/globals';
import { reasonOf } from './run-main.js';

it('a start that fails says why, also where a name has two addresses and neither answers', () => {
  expect(reasonOf(new Error('PORT must be a number'))).toBe('PORT must be a number');
  // What the system says of `localhost` where it is ::1 and 127.0.0.1: its own message is empty.
  const both = new AggregateError([
    new Error('connect ECONNREFUSED ::1:5432'),
    new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  ]);
  expect(reasonOf(both)).toBe('connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432');
  expect(reasonOf(new TypeError(''))).toBe('TypeError');
});
