/*
 * Promised: a key file nobody else can read, never overwritten; a wrapping opens with the version and the context it
 * was made with; after a rotation old wrappings open and new ones use the new version. Not promised: that this process's
 * memory keeps no trace of a key.
 */
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FileKeyEncryption } from './key-encryption.js';
import { addKeyVersion, isOpenToOthers, removeKeyVersion } from './key-file.js';

const root = mkdtempSync(join(tmpdir(), 'dittoo-kek-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
let path = '';
beforeEach(() => {
  path = join(root, String(count++), 'kek.json');
});

const generated = (): FileKeyEncryption => {
  FileKeyEncryption.generate(path);
  return FileKeyEncryption.read(path);
};
const write = (content: unknown): void => {
  FileKeyEncryption.generate(path);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
};
const read = (): { current: number; keys: Record<string, string>; pepper: string } =>
  JSON.parse(readFileSync(path, 'utf8')) as { current: number; keys: Record<string, string>; pepper: string };

describe('the file', () => {
  it('is made for the owner alone, in a directory for the owner alone', () => {
    generated();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('is never made over', () => {
    generated();
    const before = readFileSync(path, 'utf8');
    FileKeyEncryption.generate(path);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it.each([0o640, 0o604, 0o666, 0o620])('with mode %o is refused, saying what to do', (mode) => {
    FileKeyEncryption.generate(path);
    chmodSync(path, mode);
    expect(() => FileKeyEncryption.read(path)).toThrow(`chmod 600`);
  });

  it("may be root's and readable by a group, as a secret is mounted for a process without a name", () => {
    const [root, nobody] = [0, 65_532];
    expect(isOpenToOthers({ mode: 0o100440, uid: root }, nobody)).toBe(false);
    expect(isOpenToOthers({ mode: 0o100444, uid: root }, nobody)).toBe(true);
    expect(isOpenToOthers({ mode: 0o100460, uid: root }, nobody)).toBe(true);
    expect(isOpenToOthers({ mode: 0o100440, uid: nobody }, nobody)).toBe(true);
    expect(isOpenToOthers({ mode: 0o100440, uid: root }, root)).toBe(true);
    expect(isOpenToOthers({ mode: 0o100400, uid: nobody }, nobody)).toBe(false);
  });

  it('that is not there is refused, never made', () => {
    expect(() => FileKeyEncryption.read(path)).toThrow(/does not exist.*KEY_ENCRYPTION_KEY_FILE/);
  });

  const key = randomBytes(32).toString('base64');
  it.each([
    ['not JSON', '{'],
    ['empty', ''],
    ['null', 'null'],
    ['a list', []],
    ['no current', { keys: { 1: key }, pepper: key }],
    ['a current that has no key', { current: 2, keys: { 1: key }, pepper: key }],
    ['no pepper', { current: 1, keys: { 1: key } }],
    ['a short pepper', { current: 1, keys: { 1: key }, pepper: 'c2hvcnQ=' }],
    ['a short key', { current: 1, keys: { 1: 'c2hvcnQ=' }, pepper: key }],
    ['a short old key', { current: 2, keys: { 1: 'c2hvcnQ=', 2: key }, pepper: key }],
    ['a key that is no text', { current: 1, keys: { 1: 7 }, pepper: key }],
  ])('with %s is refused by its path, without its content', (_what, content) => {
    write(content);
    expect(() => FileKeyEncryption.read(path)).toThrow(`${path} is not a key file`);
    try {
      FileKeyEncryption.read(path);
    } catch (error) {
      expect(String((error as Error).stack)).not.toContain(key);
    }
  });
});

describe('a wrapped key', () => {
  const material = randomBytes(32);

  it('opens in its context', () => {
    const encryption = generated();
    const wrapped = encryption.wrap(material, 'a/profile/1');
    expect(wrapped.kekVersion).toBe(1);
    expect(wrapped.wrapped.includes(material)).toBe(false);
    expect(encryption.unwrap(wrapped, 'a/profile/1')).toEqual(material);
  });

  it('does not open in another context, changed, cut, or under another key', () => {
    const encryption = generated();
    const wrapped = encryption.wrap(material, 'a/profile/1');
    expect(() => encryption.unwrap(wrapped, 'b/profile/1')).toThrow();
    for (const at of [0, 12, 28, 59]) {
      const changed = Buffer.from(wrapped.wrapped);
      changed[at]! ^= 1;
      expect(() => encryption.unwrap({ ...wrapped, wrapped: changed }, 'a/profile/1')).toThrow();
    }
    expect(() => encryption.unwrap({ ...wrapped, wrapped: wrapped.wrapped.subarray(0, 20) }, 'a/profile/1')).toThrow();
    path = `${path}.other`;
    expect(() => generated().unwrap(wrapped, 'a/profile/1')).toThrow();
  });

  it('of before a rotation opens, and the next one uses the new version', () => {
    const old = generated().wrap(material, 'a/profile/1');
    const file = read();
    write({ ...file, current: 2, keys: { ...file.keys, 2: randomBytes(32).toString('base64') } });
    const rotated = FileKeyEncryption.read(path);
    expect(rotated.unwrap(old, 'a/profile/1')).toEqual(material);
    const fresh = rotated.wrap(material, 'a/profile/1');
    expect(fresh.kekVersion).toBe(2);
    expect(rotated.unwrap(fresh, 'a/profile/1')).toEqual(material);
    expect(() => rotated.unwrap({ ...fresh, kekVersion: 1 }, 'a/profile/1')).toThrow();
  });

  it('of a version the file no longer has says which', () => {
    const encryption = generated();
    const wrapped = encryption.wrap(material, 'a');
    expect(() => encryption.unwrap({ ...wrapped, kekVersion: 7 }, 'a')).toThrow('version 7');
  });
});

describe('a keyed hash', () => {
  it('is the same after a rotation, and another for another use, text or file', () => {
    const before = generated().keyedHash('email', 'ada@example.org');
    const file = read();
    write({ ...file, current: 2, keys: { ...file.keys, 2: randomBytes(32).toString('base64') } });
    const encryption = FileKeyEncryption.read(path);
    expect(encryption.keyedHash('email', 'ada@example.org')).toEqual(before);
    expect(encryption.keyedHash('suppression', 'ada@example.org')).not.toEqual(before);
    expect(encryption.keyedHash('email', 'bo@example.org')).not.toEqual(before);
    path = `${path}.other`;
    expect(generated().keyedHash('email', 'ada@example.org')).not.toEqual(before);
  });
});

describe('a rotation', () => {
  const material = randomBytes(32);

  it('leaves a whole file for the owner alone, and no other', () => {
    generated();
    const { keys, pepper } = read();
    expect(addKeyVersion(path)).toBe(2);
    expect(read()).toMatchObject({ current: 2, pepper, keys: { 1: keys['1'] } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => removeKeyVersion(path, 2)).toThrow('current');
    expect(() => removeKeyVersion(path, 7)).toThrow('not in the key file');
    removeKeyVersion(path, 1);
    expect(Object.keys(read().keys)).toEqual(['2']);
    expect(addKeyVersion(path)).toBe(3); // a retired number is not given again while a later one is there
    expect(readdirSync(dirname(path))).toEqual(['kek.json']);
  });

  it('is one at a time', () => {
    generated();
    writeFileSync(`${path}.lock`, '1');
    expect(() => addKeyVersion(path)).toThrow('another change of the key file');
    expect(read().current).toBe(1);
  });

  it('is seen by a process that runs: at once in what it reads, within a second in what it writes', async () => {
    const running = generated();
    addKeyVersion(path);
    const fresh = FileKeyEncryption.read(path).wrap(material, 'a');
    expect(fresh.kekVersion).toBe(2);
    expect(running.unwrap(fresh, 'a')).toEqual(material);
    expect(running.wrap(material, 'a').kekVersion).toBe(2);
    const later = FileKeyEncryption.read(path);
    addKeyVersion(path);
    const end = Date.now() + 5_000;
    while (later.wrap(material, 'a').kekVersion !== 3 && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(later.currentVersion).toBe(3);
  });
});
