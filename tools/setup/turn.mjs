/**
 * One set-up at a time in a folder: a second command waits until the first one has installed and compiled, instead of
 * deleting the files it is reading. Where nothing may be written, nothing is set up and no lock is needed.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processIdentity } from './process-identity.mjs';
import { say } from './stage.mjs';

const lockName = '.setup.lock';

/** @param {unknown} error @returns {string | undefined} its code, when it is an error of the system */
const codeOf = (error) =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;

/** @param {string} file @returns {string | undefined} undefined when there is no such file */
const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * @param {string} content of a lock: `<pid> <identity>`
 * @returns {number | undefined} the pid of its holder, undefined when that process has ended
 */
const runningHolder = (content) => {
  const [pid = '', identity = ''] = content.split(/ (.*)/s);
  return identity !== '' && processIdentity(Number(pid)) === identity ? Number(pid) : undefined;
};

/**
 * Removes a lock whose holder has ended. The lock is renamed and compared first: if another process took it over
 * between our reading and our renaming, it gets its lock back.
 *
 * @param {string} file
 * @param {string} stale its content when it was read
 */
const removeStale = (file, stale) => {
  const renamed = `${file}.${process.pid}`;
  try {
    renameSync(file, renamed);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return; // another process was faster
    throw error;
  }
  if (read(renamed) === stale) rmSync(renamed, { force: true });
  else renameSync(renamed, file);
};

/**
 * Runs `work` while no other process does in this folder. A lock names its holder by pid and start time, so a lock left
 * by a killed process is taken over even when its pid belongs to another process by now.
 *
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @param {{ out?: (text: string) => void, pollMs?: number }} [options]
 * @returns {Promise<T>}
 */
export const inTurn = async (root, work, { out = say, pollMs = 200 } = {}) => {
  const file = join(root, lockName);
  const mine = `${process.pid} ${processIdentity(process.pid)}`;
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: 'wx' });
      break;
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return work();
      if (code !== 'EEXIST') throw error;
    }
    const content = read(file);
    if (content === undefined) continue;
    const holder = runningHolder(content);
    if (holder !== undefined) {
      if (!told) out(`another command (process ${holder}) is installing or compiling here; waiting for it`);
      told = true;
      await sleep(pollMs);
    } else {
      // Its holder has ended, or has created the file and not yet written into it.
      await sleep(pollMs / 4);
      if (read(file) === content) removeStale(file, content);
    }
  }
  try {
    return await work();
  } finally {
    if (read(file) === mine) rmSync(file, { force: true });
  }
};
