/* Promised: a token leads to its person and to nobody else, reveals nothing by itself, and cannot be forged. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeyEncryption } from './key-encryption.js';
import { SealedSubjectTokens } from './sealed-subject-tokens.js';

const directory = mkdtempSync(join(tmpdir(), 'dittoo-tokens-'));
const asta = '0f4f2c52-7a53-4a6b-9f5e-5f1f0f6f3c01';
let tokens: SealedSubjectTokens;
let others: SealedSubjectTokens;

beforeAll(() => {
  for (const name of ['ours', 'theirs']) FileKeyEncryption.generate(join(directory, name));
  tokens = new SealedSubjectTokens(FileKeyEncryption.read(join(directory, 'ours')), 'unsubscribe');
  others = new SealedSubjectTokens(FileKeyEncryption.read(join(directory, 'theirs')), 'unsubscribe');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('leads to its person, in every mail alike', () => {
  const token = tokens.issue(asta);
  expect(token).toBe(tokens.issue(asta));
  expect(tokens.subjectOf(token)).toBe(asta);
  expect(token).toMatch(/^[\w-]{59}$/);
  expect(Buffer.from(token, 'base64url').toString('hex')).not.toContain(asta.slice(0, 8));
});

it('is rejected when changed in any place, cut, or issued under another key or for another use', () => {
  const token = tokens.issue(asta);
  for (let place = 0; place < token.length; place++) {
    const changed = token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1);
    expect(tokens.subjectOf(changed)).toBeNull();
  }
  for (const wrong of ['', 'x', token.slice(1), `${token}=`, `${token}A`, others.issue(asta)])
    expect(tokens.subjectOf(wrong)).toBeNull();
  const elsewhere = new SealedSubjectTokens(FileKeyEncryption.read(join(directory, 'ours')), 'newsletterConfirmation');
  expect(elsewhere.subjectOf(token)).toBeNull();
});
