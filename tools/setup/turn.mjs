/**
 * One set-up at a time in a folder: a second command waits until the first one has installed and compiled, instead of
 * deleting under its hands what it reads. Where nothing may be written, nothing is set up and there is no turn to take.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './stage.mjs';

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const holderOf = (file) => {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
};

/**
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const inTurn = async (root, work, { out = say, pollMs = 200 } = {}) => {
  const file = join(root, '.setup.pid');
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) return work();
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(file);
    if (holder > 0 && holder !== process.pid && isRunning(holder)) {
      if (!told) out(`another command (process ${holder}) is installing or compiling here; waiting for it`);
      told = true;
      await sleep(pollMs);
    } else {
      // Its owner is gone, or has written its number a moment ago.
      await sleep(pollMs / 4);
      if (holderOf(file) === holder) rmSync(file, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
};
