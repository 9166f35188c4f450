import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '@dittoo/platform/testing';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export const officer = { email: 'officer.under.test@example.org', password: 'a long pass phrase for the officer' };

/** A running shop, in one or several processes. */
export interface RunningShop {
  readonly url: string;
  /** All its output so far. */
  readonly log: string;
  /** Its directories on disk. */
  readonly places: readonly string[];
  /** @returns how long that took, ms */
  start(): Promise<number>;
  /** kill -9 of its embedded database. */
  killDatabase(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  /** Stops what runs and removes what it wrote. */
  remove(): Promise<void>;
}

/** For specs: the whole shop as `npm start` runs it, a process of its own that can be killed and started again. */
export class ShopProcess implements RunningShop {
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly dataDir: string,
    readonly port: number,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<ShopProcess> {
    const shop = await ShopProcess.made(env);
    await shop.start();
    return shop;
  }

  private static async made(env: Readonly<Record<string, string>>): Promise<ShopProcess> {
    const dataDir = mkdtempSync(join(tmpdir(), 'dittoo-shop-'));
    chmodSync(dataDir, 0o711); // as root the database runs as another user, who must be able to enter this directory
    return new ShopProcess(dataDir, await freePort(), env);
  }

  /** A start that must fail. @returns exit code and output */
  static async refused(
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number | null; readonly log: string }> {
    const shop = await ShopProcess.made(env);
    await shop.start().catch(() => undefined);
    const code = await shop.ended();
    await shop.remove();
    return { code, log: shop.log };
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get places(): string[] {
    return [this.dataDir];
  }

  /** All its output so far. */
  get log(): string {
    return this.output;
  }

  /** Starts (again) and waits for the line `ready …`. @returns how long that took, ms */
  async start(): Promise<number> {
    const begun = performance.now();
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: String(this.port),
        DATA_DIR: this.dataDir,
        OFFICER_EMAIL: officer.email,
        OFFICER_PASSWORD: officer.password,
        REQUESTS_PER_MINUTE: '1000000',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    let ready = false;
    const listen = (chunk: Buffer): void => {
      this.output += chunk.toString('utf8');
      ready ||= /^ready http/m.test(chunk.toString('utf8'));
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    for (const end = Date.now() + 60_000; !ready; await sleep(20)) {
      if (child.exitCode !== null)
        throw new Error(`the shop ended with ${child.exitCode}:\n${this.output.slice(-4_000)}`);
      if (Date.now() > end) throw new Error(`the shop is not ready:\n${this.output.slice(-4_000)}`);
    }
    return performance.now() - begun;
  }

  /** kill -9 of the whole tree: this process and every PostgreSQL process of its data directory. */
  async kill(): Promise<void> {
    const pids = [this.child?.pid, ...postgresOf(this.dataDir)].filter((pid) => pid !== undefined);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone already
      }
    }
    await this.ended();
  }

  async killDatabase(): Promise<void> {
    killPostgresOf(this.dataDir);
  }

  /** SIGTERM, as an operator would. @returns the exit code */
  async stop(): Promise<number | null> {
    this.child?.kill('SIGTERM');
    return this.ended();
  }

  /** Stops its processes and removes its files. */ async remove(): Promise<void> {
    if (this.child?.exitCode === null && this.child.signalCode === null) {
      await Promise.race([this.stop(), sleep(20_000)]);
      if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    }
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async ended(): Promise<number | null> {
    const child = this.child;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve));
    return child.exitCode;
  }
}

/** kill -9 of every PostgreSQL process of the data directory. */
export const killPostgresOf = (dataDir: string): void => {
  for (const pid of postgresOf(dataDir)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
};

/** PostgreSQL processes whose arguments or working directory lie in `dataDir` (Linux; elsewhere none are found). */
const postgresOf = (dataDir: string): number[] => {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          return (
            readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDir) &&
            readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
          );
        } catch {
          return false;
        }
      });
  } catch {
    return [];
  }
};
