import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileKeyEncryption } from './key-encryption.js';
import { isLinkToken, linkToken } from './link-token.js';

const dir = mkdtempSync(join(tmpdir(), 'dittoo-link-'));
afterAll(() => rmSync(dir, { recursive: true }));
const keysIn = (name: string): FileKeyEncryption => {
  const path = join(dir, name);
  FileKeyEncryption.generate(path);
  return FileKeyEncryption.read(path);
};
const id = '2d1f9a52-0b9c-4d6e-8a53-2f2f6a1f8f11';

describe('an unguessable link', () => {
  const keys = keysIn('one.json');
  const token = linkToken(keys, 'erasureCertificate', id);

  it('opens only what it was issued for', () => {
    expect(isLinkToken(keys, 'erasureCertificate', id, token)).toBe(true);
    expect(isLinkToken(keys, 'subjectCopy', id, token)).toBe(false);
    expect(isLinkToken(keys, 'erasureCertificate', id.replace('2d', '3d'), token)).toBe(false);
    for (const wrong of ['', token.slice(1), `${token}A`, token.toLowerCase(), `å${token.slice(1)}`]) {
      expect(isLinkToken(keys, 'erasureCertificate', id, wrong)).toBe(false);
    }
  });

  it('has 256 bits, is the same again, and another under other keys', () => {
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(linkToken(keys, 'erasureCertificate', id)).toBe(token);
    expect(linkToken(keysIn('two.json'), 'erasureCertificate', id)).not.toBe(token);
  });
});
