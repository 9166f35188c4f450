import { describe, expect, it } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { KeyCache } from './key-cache.js';

const key = (kid: string) => ({ kid, key: createSecretKey(Buffer.alloc(32)) });

describe('the key cache', () => {
  it('evicts a person and keeps the others', () => {
    const cache = new KeyCache();
    cache.rememberActive('a/profile', key('a/profile/1'), 0);
    cache.rememberActive('b/profile', key('b/profile/1'), 0);
    cache.evictSubject('a');
    expect([cache.active('a/profile'), cache.byId('a/profile/1')]).toEqual([undefined, undefined]);
    expect(cache.byId('b/profile/1')).toMatchObject({ kid: 'b/profile/1' });
  });

  it('does not store keys read before an eviction', () => {
    const cache = new KeyCache();
    const { evictions } = cache;
    cache.evictSubject('a');
    cache.rememberById('a/profile/1', key('a/profile/1'), evictions);
    cache.rememberActive('a/profile', key('a/profile/1'), evictions);
    expect([cache.active('a/profile'), cache.byId('a/profile/1')]).toEqual([undefined, undefined]);
  });

  it('counts hits and misses', () => {
    const cache = new KeyCache();
    cache.active('a/profile');
    cache.rememberActive('a/profile', key('a/profile/1'), 0);
    cache.active('a/profile');
    cache.byId('a/profile/1');
    expect(cache.figures).toEqual({ hits: 2, misses: 1, keys: 1 });
    cache.clear();
    expect(cache.figures).toEqual({ hits: 2, misses: 1, keys: 0 });
  });

  it('is limited in size, and drops the oldest first', () => {
    const cache = new KeyCache(60_000, 2);
    for (const kid of ['a/profile/1', 'b/profile/1', 'c/profile/1']) cache.rememberById(kid, key(kid), 0);
    expect(cache.byId('a/profile/1')).toBeUndefined();
    expect(cache.byId('c/profile/1')).toBeDefined();
  });
});
