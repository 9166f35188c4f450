/** One process of the distributed shop (`npm run apart`): started, watched, restarted when it dies, drained at the end. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const drainMs = 30_000;
/** A process that dies more often than this is not restarted any more. */
const deathsPerMinute = 5;

/**
 * Every line with the name of the process that wrote it.
 *
 * @type {(name: string, from: import('node:stream').Readable | null, to: NodeJS.WriteStream) => void}
 */
const prefixed = (name, from, to) => {
  if (from === null) return;
  createInterface({ input: from, crlfDelay: Infinity }).on('line', (line) =>
    to.write(`${name.padEnd(20)} | ${line}\n`),
  );
};

/**
 * @typedef {object} ChildOptions
 * @property {string} name
 * @property {string} main the compiled `main.js`
 * @property {string} url where it answers `/health/ready`
 * @property {NodeJS.ProcessEnv} env
 * @property {(text: string) => void} say
 * @property {(reason: string) => void} giveUp ends all processes
 * @property {() => void} [onStart] it has another pid now
 * @property {((message: any) => void) | undefined} [onMessage] of the process over its channel
 */

/** @typedef {{ code?: number | null, signal?: NodeJS.Signals | null, error?: string }} End */

export class Child {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** @type {number[]} */
  #deaths = [];
  #stopping = false;
  #wasReady = false;
  /** @type {Promise<End> | undefined} */
  #over;
  #options;

  /** @param {ChildOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get name() {
    return this.#options.name;
  }

  get url() {
    return this.#options.url;
  }

  get pid() {
    return this.#child?.pid;
  }

  start() {
    // A process group of its own: Ctrl-C in the terminal reaches the parent alone, which stops the children in order. The
    // channel tells a child that the parent has ended.
    const child = spawn(process.execPath, ['--enable-source-maps', this.#options.main], {
      env: this.#options.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    prefixed(this.name, child.stdout, process.stdout);
    prefixed(this.name, child.stderr, process.stderr);
    child.on('message', (message) => this.#options.onMessage?.(message));
    const over = /** @type {Promise<End>} */ (
      new Promise((resolve) => {
        child.once('error', (error) => resolve({ error: error.message }));
        child.once('exit', (code, signal) => resolve({ code, signal }));
      })
    );
    this.#over = over;
    void over.then((end) => this.#ended(end));
    this.#options.onStart?.();
  }

  /** @param {End} end */
  #ended({ code, signal, error }) {
    if (this.#stopping) return;
    const how = error ?? signal ?? `exit ${code}`;
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < 60_000), now];
    if (!this.#wasReady) return this.#options.giveUp(`${this.name} did not start (${how})`);
    if (this.#deaths.length > deathsPerMinute) {
      return this.#options.giveUp(`${this.name} died ${this.#deaths.length} times within a minute (${how})`);
    }
    this.#options.say(`${this.name} died (${how}); starting it again`);
    return this.start();
  }

  /**
   * Resolves once it says it is ready; `false` when it was stopped before.
   *
   * @param {number} patienceMs
   */
  async ready(patienceMs) {
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(100)) {
      if (this.#stopping) return false;
      try {
        const { ok } = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
        if (ok) return (this.#wasReady = true);
      } catch {
        // not yet
      }
    }
    throw new Error(`${this.name} is not ready after ${patienceMs / 1000} s`);
  }

  /** Lets it drain by SIGTERM. @returns did it end in order? */
  async stop() {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || this.#over === undefined) return true;
    child.kill('SIGTERM');
    const late = setTimeout(() => {
      this.#options.say(`${this.name} did not drain within ${drainMs / 1000} s`);
      child.kill('SIGKILL');
    }, drainMs);
    const { code, signal } = await this.#over;
    clearTimeout(late);
    // Before its first line of ours runs, a signal ends a process by itself.
    const inOrder = code === 0 || (!this.#wasReady && signal === 'SIGTERM');
    if (!inOrder) this.#options.say(`${this.name} did not end in order (${signal ?? `exit ${code}`})`);
    return inOrder;
  }
}
