/** One request as a processor received it. Lives in memory, is shown by the inspection route, and is never logged. */
export interface ReceivedRequest {
  /** Counts all processors together, from 1. */
  readonly sequence: number;
  readonly processor: string;
  readonly receivedAt: string;
  readonly method: string;
  /** Below the processor's base, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The body byte for byte. */
  readonly rawBody: string;
  /** The parsed body; `null` where it could not be parsed. */
  readonly body: unknown;
  /** The body field by field: `customer.email`, `order.items[0].name`. Empty where it could not be read. */
  readonly fields: Readonly<Record<string, string | number | boolean | null>>;
  /** The response; `null` = not yet, or never. */
  readonly status: number | null;
  /** The planted fault that it triggered. */
  readonly fault: string | null;
}

export type ReceivedEntry = { -readonly [Key in keyof ReceivedRequest]: ReceivedRequest[Key] };

/** Received requests, oldest first, up to a limit; beyond it the oldest are dropped and counted. */
export class ReceivedRequests {
  private entries: ReceivedEntry[] = [];
  private sequence = 0;
  private forgotten = 0;

  constructor(private readonly limit: number) {}

  add(request: Omit<ReceivedRequest, 'sequence' | 'status' | 'fault'>): ReceivedEntry {
    const entry = { sequence: ++this.sequence, ...request, status: null, fault: null };
    this.entries.push(entry);
    if (this.entries.length > this.limit) {
      const surplus = Math.ceil(this.limit / 10);
      this.entries.splice(0, surplus);
      this.forgotten += surplus;
    }
    return entry;
  }

  all(processor?: string): readonly ReceivedRequest[] {
    return this.entries.filter((entry) => processor === undefined || entry.processor === processor);
  }

  /** How many were dropped at the limit: a count over `all` is complete only while this is 0. */
  dropped(): number {
    return this.forgotten;
  }

  clear(): void {
    this.entries = [];
    this.forgotten = 0;
  }
}

/** A JSON value as `path -> leaf`. */
export const flattened = (value: unknown, path = ''): ReceivedEntry['fields'] => {
  if (typeof value !== 'object' || value === null)
    return path === '' || value === undefined ? {} : { [path]: value as string | number | boolean | null };
  return Object.assign(
    Object.create(null),
    ...Object.entries(value).map(([key, inner]) =>
      flattened(inner, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`),
    ),
  );
};
