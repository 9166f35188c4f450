import type { RecordedEvent } from '@dittoo/kernel';

/** An event that fails on every attempt. */
export class Poison extends Error {
  override readonly name = 'Poison';
  constructor(
    readonly event: RecordedEvent,
    override readonly cause: unknown,
  ) {
    super('an event could not be handled');
  }
}

/** The internal code of an error: its class and, if it has one, its code. Messages may quote data and are left out. */
export const failureOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[\w-]{1,64}$/.test(code) ? `${error.name}:${code}` : error.name;
};
