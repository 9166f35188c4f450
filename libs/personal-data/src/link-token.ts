import { timingSafeEqual } from 'node:crypto';
import type { KeyEncryption } from './key-encryption.js';

/** What an unguessable link opens. */
export type LinkUse = 'erasureCertificate' | 'subjectCopy';

/**
 * The token of an unguessable link: a keyed hash under a key outside the database, so that it need not be stored and
 * can be computed again. One for each use and request; anyone who has it can open the link.
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
