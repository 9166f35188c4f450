import { timingSafeEqual } from 'node:crypto';
import type { KeyEncryption } from './key-encryption.js';

/** What an unguessable link opens. */
export type LinkUse = 'erasureCertificate' | 'subjectCopy';

/**
 * The token of an unguessable link: a keyed hash under a key that is outside the database, so that nothing of it is at
 * rest and it can be said again. One for each use and thing; whoever holds it holds the link.
 *
 * @param id of the request the link belongs to
 */
export const linkToken = (keys: KeyEncryption, use: LinkUse, id: string): string =>
  keys.keyedHash('token', `link/${use}/${id}`).toString('base64url');

/** Compares in constant time. */
export const isLinkToken = (keys: KeyEncryption, use: LinkUse, id: string, token: string): boolean => {
  const expected = Buffer.from(linkToken(keys, use, id));
  const given = Buffer.from(token);
  return expected.length === given.length && timingSafeEqual(expected, given);
};
