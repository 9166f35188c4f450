/** One process of the shop under `npm run apart`: started, watched, started again when it dies, drained at the end. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const drainMs = 30_000;
/** Dying more often than this is not an accident that a new start mends. */
const deathsPerMinute = 5;

/** Every line with the name of who said it. */
const prefixed = (name, from, to) => {
  createInterface({ input: from, crlfDelay: Infinity }).on('line', (line) =>
    to.write(`${name.padEnd(20)} | ${line}\n`),
  );
};

export class Child {
  #child;
  #deaths = [];
  #stopping = false;
  #over;

  /**
   * @param {object} options
   * @param {string} options.name
   * @param {string} options.main the compiled `main.js`
   * @param {string} options.url where it answers `/health/ready`
   * @param {Record<string, string>} options.env
   * @param {(text: string) => void} options.say
   * @param {(reason: string) => void} options.giveUp the whole is to end
   * @param {() => void} [options.onStart] it has another pid now
   */
  constructor(options) {
    Object.assign(this, options);
  }

  get pid() {
    return this.#child?.pid;
  }

  start() {
    // A group of its own: a Ctrl-C in the terminal is for the parent, who stops the children in order. The channel
    // tells a child that the parent is gone.
    const child = spawn(process.execPath, ['--enable-source-maps', this.main], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.#child = child;
    prefixed(this.name, child.stdout, process.stdout);
    prefixed(this.name, child.stderr, process.stderr);
    child.on('message', (message) => this.onMessage?.(message));
    this.#over = new Promise((resolve) => {
      child.once('error', (error) => resolve({ error: error.message }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    void this.#over.then((end) => this.#ended(end));
    this.onStart?.();
  }

  #ended({ code, signal, error }) {
    if (this.#stopping) return;
    const how = error ?? signal ?? `exit ${code}`;
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < 60_000), now];
    if (!this.wasReady) return this.giveUp(`${this.name} did not start (${how})`);
    if (this.#deaths.length > deathsPerMinute) {
      return this.giveUp(`${this.name} died ${this.#deaths.length} times within a minute (${how})`);
    }
    this.say(`${this.name} died (${how}); starting it again`);
    return this.start();
  }

  /** Resolves once it says it is ready; `false` when it was stopped before. */
  async ready(patienceMs) {
    for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(100)) {
      if (this.#stopping) return false;
      try {
        const { ok } = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
        if (ok) return (this.wasReady = true);
      } catch {
        // not yet
      }
    }
    throw new Error(`${this.name} is not ready after ${patienceMs / 1000} s`);
  }

  /** SIGTERM, and it drains. @returns did it end as it should? */
  async stop() {
    this.#stopping = true;
    if (this.#child === undefined) return true;
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => {
      this.say(`${this.name} did not drain within ${drainMs / 1000} s`);
      this.#child.kill('SIGKILL');
    }, drainMs);
    const { code, signal } = await this.#over;
    clearTimeout(late);
    // Before its first line of ours runs, a signal ends a process by itself.
    const inOrder = code === 0 || (!this.wasReady && signal === 'SIGTERM');
    if (!inOrder) this.say(`${this.name} did not end in order (${signal ?? `exit ${code}`})`);
    return inOrder;
  }
}
