import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Line {
  readonly processor: string;
  readonly id: string;
  /** `null` = not known any more. */
  readonly state: object | null;
}

const isLine = (value: unknown): value is Line => {
  const { id, processor, state } = (value ?? {}) as Partial<Record<keyof Line, unknown>>;
  return typeof id === 'string' && typeof processor === 'string' && typeof state === 'object';
};

/**
 * The payments in a directory, so that a restart leaves them payable: a line for each change, the last of a payment counts.
 * The sandbox gives it payments without their buyers, so nothing in it is about a person. It is not forced to the disk:
 * what a failure of power takes, the shop is told it does not exist.
 *
 * Nothing is written before the first change: a start that fails leaves the directory as it was.
 */
export class PaymentJournal {
  private readonly file: string | null;
  private readonly last = new Map<string, string>();
  /** To be written with the first change. */
  private deferred: string[] = [];
  private lines = 0;
  private isOpen = false;

  /** @param directory `null` = payments live as long as the process */
  constructor(private readonly directory: string | null) {
    this.file = directory === null ? null : join(directory, 'payments.jsonl');
    if (this.file === null || !existsSync(this.file)) return;
    for (const text of readFileSync(this.file, 'utf8').split('\n')) {
      const line = parsed(text);
      if (line === null) continue; // the process died while it wrote the last one
      this.lines++;
      this.note(line, text);
    }
  }

  /** What is known of a processor's payments, by id. */
  of<State>(processor: string): ReadonlyMap<string, State> {
    const states = new Map<string, State>();
    for (const text of this.last.values()) {
      const line = parsed(text);
      if (line?.processor === processor) states.set(line.id, line.state as State);
    }
    return states;
  }

  keep(processor: string, id: string, state: object | null): void {
    if (this.file === null || this.directory === null) return;
    const line = { processor, id, state };
    const text = JSON.stringify(line);
    if (!this.isOpen) mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    this.isOpen = true;
    // A line cut short by a crash must not swallow this one.
    appendFileSync(this.file, `${['', ...this.deferred, text].join('\n')}\n`, { mode: 0o600 });
    this.lines += 1 + this.deferred.length;
    this.deferred = [];
    this.note(line, text);
  }

  /** Kept with the next change. */
  defer(processor: string, id: string, state: object): void {
    const line = { processor, id, state };
    this.deferred.push(JSON.stringify(line));
    this.note(line, JSON.stringify(line));
  }

  /** Leaves one line for each payment, where most were superseded. */
  close(): void {
    if (this.file === null || !this.isOpen || this.lines < 2 * this.last.size + 100) return;
    writeFileSync(`${this.file}.new`, [...this.last.values(), ''].join('\n'), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }

  private note({ id, processor, state }: Line, text: string): void {
    if (state === null) this.last.delete(`${processor}/${id}`);
    else this.last.set(`${processor}/${id}`, text);
  }
}

const parsed = (text: string): Line | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isLine(value) ? value : null;
  } catch {
    return null;
  }
};
