import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@dittoo/platform/testing';
import { killPostgresOf, officer, type RunningShop } from './shop-process.js';

const script = fileURLToPath(new URL('../../../../tools/distributed.mjs', import.meta.url));

interface State {
  readonly [name: string]: { readonly pid: number; readonly url: string };
}

/** For specs: the shop as `npm run apart` runs it, on the broker of the run and a PostgreSQL of its own. */
export class DistributedShop implements RunningShop {
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    readonly dataDir: string,
    private readonly broker: { readonly brokers: readonly string[]; readonly dir: string },
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<DistributedShop> {
    const dataDir = mkdtempSync(join(tmpdir(), 'dittoo-distributed-'));
    chmodSync(dataDir, 0o711); // as root the database runs as another user, who must be able to enter this directory
    const broker = JSON.parse(process.env['DITTOO_TEST_KAFKA']!) as DistributedShop['broker'];
    const shop = new DistributedShop(dataDir, broker, env);
    await shop.start();
    return shop;
  }

  get url(): string {
    return this.state()['gateway']!.url;
  }

  get log(): string {
    return this.output;
  }

  get places(): string[] {
    return [this.dataDir, this.broker.dir];
  }

  /** The current pids and addresses of the processes. */
  state(): State {
    return JSON.parse(readFileSync(join(this.dataDir, 'apart.json'), 'utf8')) as State;
  }

  async start(): Promise<number> {
    const begun = performance.now();
    const child = spawn(process.execPath, [script, '--free-ports', '--as-built'], {
      env: {
        PATH: process.env['PATH'],
        DATA_DIR: this.dataDir,
        KAFKA_BROKERS: this.broker.brokers.join(','),
        // Each shop has its own topics.
        KAFKA_TOPIC_PREFIX: `distributed.${this.dataDir.slice(-6)}.`,
        OFFICER_EMAIL: officer.email,
        OFFICER_PASSWORD: officer.password,
        REQUESTS_PER_MINUTE: '1000000',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    let said = '';
    const listen = (chunk: Buffer): void => {
      this.output += chunk.toString('utf8');
      said += chunk.toString('utf8');
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    await until(() => {
      if (child.exitCode !== null) throw new Error(`the shop ended with ${child.exitCode}:\n${said.slice(-4_000)}`);
      return /^ready http/m.test(said);
    }, 150_000);
    return performance.now() - begun;
  }

  /** kill -9 of one process; the script starts it again. @returns once it is ready again */
  async kill(name: string): Promise<void> {
    const { pid, url } = this.state()[name]!;
    process.kill(pid, 'SIGKILL');
    await until(() => this.state()[name]!.pid !== pid);
    await until(async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok, 90_000);
  }

  async killDatabase(): Promise<void> {
    killPostgresOf(this.dataDir);
  }

  /** Suspends a process: it neither answers nor dies. */
  freeze(name: string): () => void {
    const { pid } = this.state()[name]!;
    process.kill(pid, 'SIGSTOP');
    return () => process.kill(pid, 'SIGCONT');
  }

  async stop(): Promise<number | null> {
    this.child?.kill('SIGTERM');
    return this.ended();
  }

  async remove(): Promise<void> {
    if (this.child?.exitCode === null) await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async ended(): Promise<number | null> {
    const { child } = this;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once('exit', resolve));
    }
    return child.exitCode;
  }
}
