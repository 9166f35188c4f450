/* Promised: a mailed token names its person and no other use takes it; a code is six digits. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FileKeyEncryption } from './key-encryption.js';
import { mailedCode, MailedTokens } from './mailed-tokens.js';

const directory = mkdtempSync(join(tmpdir(), 'dittoo-mailed-'));
const asta = '0f4f2c52-7a53-4a6b-9f5e-5f1f0f6f3c01';
let keys: FileKeyEncryption;

beforeAll(() => {
  FileKeyEncryption.generate(join(directory, 'keys'));
  keys = FileKeyEncryption.read(join(directory, 'keys'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('names its person, is new each time, and is a token of its own use only', () => {
  const tokens = new MailedTokens(keys, 'emailConfirmation');
  const token = tokens.issue(asta);
  expect(tokens.subjectOf(token)).toBe(asta);
  expect(tokens.issue(asta)).not.toBe(token);
  expect(new MailedTokens(keys, 'newsletterConfirmation').subjectOf(token)).toBeNull();
  for (const wrong of ['', 'x', token.slice(1), token.split('.')[0]!, `${token}A`]) {
    expect(tokens.subjectOf(wrong)).toBeNull();
  }
});

it('has codes of six digits, zeros in front included', () => {
  const codes = Array.from({ length: 2_000 }, mailedCode);
  for (const code of codes) expect(code).toMatch(/^\d{6}$/);
  expect(codes.some((code) => code.startsWith('0'))).toBe(true);
  expect(new Set(codes).size).toBeGreaterThan(1_900);
});
