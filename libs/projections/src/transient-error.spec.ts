/* Promised: a passing error is retried; any other is parked. When in doubt it is parked, and an operator checks it. */
import { describe, expect, it } from '@jest/globals';
import {
  DomainError,
  EnvelopeRejected,
  EventStoreUnavailable,
  KeyMissing,
  RevisionConflict,
  SubjectKeyDestroyed,
} from '@dittoo/kernel';
import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { isTransient } from './transient-error.js';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

describe('transient', () => {
  it.each([
    ['a lost connection', withCode('08006')],
    ['too many connections', withCode('53300')],
    ['a database that shuts down', withCode('57P01')],
    ['a deadlock', withCode('40P01')],
    ['a serialisation failure', withCode('40001')],
    ['a refused connection', withCode('ECONNREFUSED')],
    ['a reset connection', withCode('ECONNRESET')],
    ['a connection that ended', new Error('Connection terminated unexpectedly')],
    ['a pool that is busy', new Error('timeout exceeded when trying to connect')],
    ['the same inside another error', new Error('x', { cause: withCode('57P01') })],
    ['the same as TypeORM wraps it', Object.assign(new Error('x'), { driverError: withCode('40P01') })],
    ['a connection lost midway', new QueryRunnerAlreadyReleasedError()],
    ['a connection lost midway, seen by a manager', new QueryRunnerProviderAlreadyReleasedError()],
    ['a conflict', new RevisionConflict('order-1', 0n, 1n)],
    ['a silent event store', new EventStoreUnavailable()],
    ['a missing key: the reader stops, and is not told it was an erasure', new KeyMissing('a/profile/1')],
  ])('%s', (_what, error) => expect(isTransient(error)).toBe(true));
});

describe('not transient', () => {
  it.each([
    ['a rule', new DomainError('not-found')],
    ['an erased person', new SubjectKeyDestroyed('a/profile/1')],
    ['a ciphertext of elsewhere', new EnvelopeRejected('name')],
    ['a bug', new TypeError('x is not a function')],
    ['a broken constraint', withCode('23505')],
    ['a value the column cannot hold', withCode('22P02')],
    ['what is no error', 'thrown text'],
    ['nothing', undefined],
  ])('%s', (_what, error) => expect(isTransient(error)).toBe(false));
});
