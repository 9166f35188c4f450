import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '@dittoo/platform/testing';

export const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const patienceMs = 120_000;

/** For specs: a data directory, and the processes that use it. */
export class DataDirectory {
  private readonly root = mkdtempSync(join(tmpdir(), 'dittoo-signal-'));
  readonly path = join(this.root, 'data');

  constructor() {
    chmodSync(this.root, 0o711); // as root the database runs as another user, who must be able to enter this directory
    const start = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(main)}`;
    writeFileSync(join(this.root, 'package.json'), JSON.stringify({ private: true, scripts: { start } }));
  }

  /** Where `npm start` is the shop. */
  get package(): string {
    return this.root;
  }

  has(name: string): boolean {
    return existsSync(join(this.path, name));
  }

  login(name: 'first-officer.json' | 'second-officer.json'): { readonly email: string; readonly password: string } {
    return JSON.parse(readFileSync(join(this.path, name), 'utf8')) as { email: string; password: string };
  }

  /** Every process that was started for this directory, or works in it (Linux; elsewhere none are found). */
  processes(): number[] {
    if (process.platform !== 'linux') return [];
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid && this.isUsedBy(pid));
  }

  private isUsedBy(pid: number): boolean {
    const look = (read: () => string): boolean => {
      try {
        return read().includes(this.path);
      } catch {
        return false; // gone, or a zombie
      }
    };
    return (
      look(() => readlinkSync(`/proc/${pid}/cwd`)) ||
      look(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ||
      look(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))
    );
  }

  /** Whether the last run ended in order: the supervisor released the directory, and PostgreSQL logged its shutdown. */
  wasLeftInOrder(): boolean {
    const log = readFileSync(join(this.path, 'postgres/postgres.log'), 'utf8');
    return !this.has('postgres/supervisor.lock') && log.trimEnd().endsWith('database system is shut down');
  }

  async remove(): Promise<void> {
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // gone already
      }
    }
    await until(() => this.processes().length === 0);
    rmSync(this.root, { recursive: true, force: true });
  }
}

export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** For specs: a shop that is interrupted at a moment of its start, or gets a signal by some route. */
export class InterruptedShop {
  readonly child: ChildProcess;
  readonly ending: Promise<Ending>;
  output = '';

  /** @param command default: the shop itself; always a process group of its own */
  constructor(
    private readonly directory: DataDirectory,
    env: Readonly<Record<string, string>> = {},
    [program, ...args]: readonly [string, ...string[]] = [process.execPath, main],
  ) {
    this.child = spawn(program, args, {
      cwd: directory.package,
      env: {
        PATH: process.env['PATH'],
        HOME: directory.package,
        DATA_DIR: directory.path,
        PORT: '0',
        LOG_LEVEL: 'info',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
    }
    this.child.stdin?.on('error', () => undefined);
    this.ending = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  /** The address of the line `ready …`. */
  get url(): string | undefined {
    return /^ready (\S+)\r?$/m.exec(this.output)?.[1];
  }

  /** The process that runs the shop, behind any wrapper processes. */
  get pid(): number {
    return Number.parseInt(readFileSync(join(this.directory.path, 'postgres/supervisor.lock'), 'utf8'), 10);
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** @returns the address */
  async ready(): Promise<string> {
    return until(() => {
      if (this.url === undefined && this.isOver) throw new Error(`the shop ended:\n${this.output.slice(-4_000)}`);
      return this.url;
    }, patienceMs);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }
}

/** Runs a command line in a terminal of its own (a pty), by the `script` that every Linux and macOS has. */
export const inTerminal = (line: string): readonly [string, ...string[]] =>
  process.platform === 'darwin'
    ? ['script', '-q', '/dev/null', 'sh', '-c', line]
    : ['script', '-q', '-e', '-c', line, '/dev/null'];
