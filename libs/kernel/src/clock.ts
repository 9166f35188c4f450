/** The time, injected. `now()` is RFC 3339, UTC, whole milliseconds. */
export abstract class Clock {
  abstract now(): string;
}

/** The machine's clock, moved by `offsetMs` (tests; refused in production by the configuration). */
export class SystemClock extends Clock {
  constructor(private readonly offsetMs = 0) {
    super();
  }

  now(): string {
    return new Date(Date.now() + this.offsetMs).toISOString();
  }
}
