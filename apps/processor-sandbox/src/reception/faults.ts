export const faultKinds = ['status', 'reset', 'hang', 'delay', 'dropAfterEffect', 'hangAfterEffect'] as const;

/** A planted fault: what the next requests that match meet. */
export interface Fault {
  readonly processor: string;
  readonly method: string | null;
  /** Below the processor's base; `*` stands for anything; case does not count. */
  readonly path: string | null;
  /** How many more requests meet it. */
  readonly times: number;
  /** How many matching requests pass before. */
  readonly skip: number;
  /**
   * `status`: answers `status` and does nothing. `reset`: cuts the connection and does nothing. `hang`: does nothing and
   * never answers. `delay`: waits `delayMs`, then works as always. `dropAfterEffect`: does it and cuts the connection
   * unanswered. `hangAfterEffect`: does it and never answers.
   */
  readonly kind: (typeof faultKinds)[number];
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string | null;
  readonly delayMs: number;
}

/** The faults that wait for a request, oldest first. */
export class Faults {
  private planted: { -readonly [Key in keyof Fault]: Fault[Key] }[] = [];

  plant(fault: Fault): void {
    this.planted.push({ ...fault });
  }

  /** The fault this request meets, if any; counts it as met. */
  take(processor: string, method: string, path: string): Fault | null {
    for (const fault of this.planted) {
      if (fault.processor !== processor) continue;
      if (fault.method !== null && fault.method.toUpperCase() !== method) continue;
      if (fault.path !== null && !matches(fault.path, path)) continue;
      if (fault.skip > 0) {
        fault.skip -= 1;
        continue;
      }
      fault.times -= 1;
      this.planted = this.planted.filter((other) => other.times > 0);
      return fault;
    }
    return null;
  }

  all(): readonly Fault[] {
    return this.planted;
  }

  clear(): void {
    this.planted = [];
  }
}

const matches = (pattern: string, path: string): boolean => {
  const bare = (text: string) => text.toLowerCase().replace(/\/+$/, '');
  const expression = bare(pattern)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${expression}$`).test(bare(path));
};

/** A request to plant a fault, read strictly. A text says what is wrong with it. */
export const faultFrom = (value: unknown, processors: readonly string[]): Fault | string => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'the body must be an object';
  const given = value as Record<string, unknown>;
  const known = ['processor', 'method', 'path', 'times', 'skip', 'kind', 'status', 'retryAfter', 'body', 'delayMs'];
  const stranger = Object.keys(given).find((key) => !known.includes(key));
  if (stranger !== undefined) return 'the body has an unknown property';
  const text = (key: string) => (given[key] === undefined ? null : given[key]);
  const count = (key: string, otherwise: number) => (given[key] === undefined ? otherwise : given[key]);
  const [method, path, body] = [text('method'), text('path'), text('body')];
  const retryAfter = typeof given['retryAfter'] === 'number' ? String(given['retryAfter']) : text('retryAfter');
  const [times, skip] = [count('times', 1), count('skip', 0)];
  const [status, delayMs] = [count('status', 500), count('delayMs', 1000)];
  const whole = (number: unknown, least: number, most: number): number is number =>
    Number.isInteger(number) && (number as number) >= least && (number as number) <= most;
  if (!processors.includes(given['processor'] as string)) return `processor must be one of ${processors.join(', ')}`;
  const kind = faultKinds.find((name) => name === given['kind']);
  if (kind === undefined) return `kind must be one of ${faultKinds.join(', ')}`;
  if (![method, path, body, retryAfter].every((part) => part === null || typeof part === 'string'))
    return 'method, path, body and retryAfter must be text';
  if (!whole(times, 1, 1_000_000) || !whole(skip, 0, 1_000_000)) return 'times and skip must be whole numbers';
  if (!whole(status, 200, 599)) return 'status must be an HTTP status';
  if (!whole(delayMs, 0, 600_000)) return 'delayMs must be within ten minutes';
  return {
    processor: given['processor'] as string,
    method: method as string | null,
    path: path as string | null,
    times,
    skip,
    kind,
    status,
    retryAfter: retryAfter as string | null,
    body: body as string | null,
    delayMs,
  };
};
