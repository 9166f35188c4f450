import { spawn } from 'node:child_process';

/**
 * @typedef {{ child: import('node:child_process').ChildProcess, pid: number, url: string, readyMs: number, output: () => string, stop: () => Promise<void> }} Started
 */

/** What runs and would be left behind. @type {Set<{ child: import('node:child_process').ChildProcess, stop: () => Promise<void> }>} */
const running = new Set();

// Also when this process ends by an error.
process.once('exit', () => {
  for (const { child } of running) child.kill('SIGTERM');
});

/** Ends every process that was started here: for a measurement that is broken off. */
export const stopAll = async () => {
  await Promise.all([...running].map(({ stop }) => stop()));
};

/** A draining shop of one process has at most this long. */
const stopMs = 40_000;
/** A first start creates a database; what is not ready by then does not come. */
const startMs = 180_000;

/**
 * Starts a Node.js process and waits for its line `ready URL`.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env on top of our own
 * @param {{ onMessage?: (message: any) => void, stopWithinMs?: number }} [options] with `onMessage` the process gets a channel
 * @returns {Promise<Started>}
 * @throws Error it ended, or was not ready in time and was stopped; with its last output
 */
export const started = (args, env, { onMessage, stopWithinMs = stopMs } = {}) =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(process.execPath, args, {
      env: { ...process.env, npm_lifecycle_event: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(onMessage === undefined ? [] : [/** @type {const} */ ('ipc')])],
    });
    const ended = new Promise((end) => child.once('exit', end));
    const stop = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await ended;
      clearTimeout(late);
    };
    const entry = { child, stop };
    running.add(entry);
    void ended.then(() => running.delete(entry));
    if (onMessage !== undefined) child.on('message', onMessage);
    let output = '';
    let isReady = false;
    const tooLate = setTimeout(() => {
      reject(new Error(`${args.join(' ')} was not ready within ${startMs / 1000} s: ${output.slice(-2000)}`));
      void stop();
    }, startMs);
    void ended.then(() => clearTimeout(tooLate));
    const listen = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk).slice(-20_000);
      const ready = isReady ? null : /^ready (\S+)/m.exec(output);
      if (ready === null) return;
      isReady = true;
      clearTimeout(tooLate);
      const readyMs = performance.now() - begun;
      resolve({ child, pid: child.pid ?? 0, url: ready[1] ?? '', readyMs, output: () => output, stop });
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${output.slice(-2000)}`)));
  });
