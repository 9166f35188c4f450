/*
 * Promised: only the owner may write where keys, passwords and the database are kept; a directory with files of others
 * is refused with the command that repairs it, one with too wide a mode is restricted.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { prepareDataDirectory, requireOwner } from './data-directory.js';

const root = mkdtempSync(join(tmpdir(), 'dittoo-directory-'));
const isRoot = process.getuid?.() === 0;
const own = process.getuid?.() ?? -1;
const modeOf = (path: string): number => statSync(path).mode & 0o7777;
let dir: string;
let count = 0;
let closed: unknown[];

beforeEach(() => {
  dir = join(root, `data ${count++}`);
  closed = [];
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const prepare = (): string => prepareDataDirectory(dir, (event, details) => closed.push([event, details]));

describe('a data directory', () => {
  it('is created for its owner alone; as root the database user may traverse it', () => {
    expect(prepare()).toBe(dir);
    expect(modeOf(dir)).toBe(isRoot ? 0o711 : 0o700);
  });

  it('that others may only read is not changed', () => {
    mkdirSync(dir);
    chmodSync(dir, 0o755);
    prepare();
    expect(modeOf(dir)).toBe(0o755);
    expect(closed).toEqual([]);
  });

  it.each([0o777, 0o775, 0o2777])('of mode %o with only own files is restricted, and that is logged', (mode) => {
    mkdirSync(dir);
    writeFileSync(join(dir, 'kek.json'), '{}', { mode: 0o600 });
    chmodSync(dir, mode);
    prepare();
    expect(modeOf(dir)).toBe(mode & ~0o022);
    expect(closed).toEqual([['data-directory.closed', { dir, mode: mode.toString(8) }]]);
  });

  it('that is shared like /tmp is not changed, and is refused', () => {
    mkdirSync(dir);
    chmodSync(dir, 0o1777);
    expect(prepare).toThrow(`${dir} is shared with others (mode 1777): name a directory of its own`);
    expect(modeOf(dir)).toBe(0o1777);
  });

  it('of another user is refused, with the command that repairs it', () => {
    mkdirSync(dir);
    writeFileSync(join(dir, 'kek.json'), '{}');
    if (isRoot) chownSync(dir, 4_242, 4_242);
    const [path, owner] = isRoot ? [dir, 4_242] : ['/', 0];
    const command = isRoot ? `chown -R 0 '${dir}'` : `sudo chown -R ${own} /`;
    expect(() => prepareDataDirectory(path)).toThrow(
      `${path} belongs to user id ${owner} and this runs as user id ${own}: start as that user, or make it yours by \`${command}\``,
    );
  });

  it('that holds a file of another user is refused, whatever its mode', () => {
    // Only root can change a file's owner; for other users, `/` holds files that are not theirs.
    if (!isRoot) return void expect(() => requireOwner('/', 0, (name) => name !== 'usr')).not.toThrow();
    mkdirSync(dir);
    const file = join(dir, 'first-officer.json');
    writeFileSync(file, '{}');
    chownSync(file, 4_242, 4_242);
    for (const mode of [0o777, 0o700]) {
      chmodSync(dir, mode);
      expect(prepare).toThrow(`${file} belongs to user id 4242, who could change what is kept there`);
    }
    expect(() => requireOwner(dir, 0, (name) => name === 'first-officer.json')).not.toThrow();
  });

  it('that is empty is taken over, even if another user created it', () => {
    mkdirSync(dir);
    if (isRoot) chownSync(dir, 4_242, 4_242);
    prepare();
    expect(statSync(dir).uid).toBe(own);
  });

  it('that is not a directory is refused by its name', () => {
    writeFileSync(dir, '');
    expect(prepare).toThrow(`${dir} cannot be used (EEXIST): name a directory this user may write to`);
  });
});
