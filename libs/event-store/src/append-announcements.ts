import type pg from 'pg';

export const appendChannel = 'es_append';
/** A process that appends says so at most this often; a sequencer that hears it looks often for longer than that. */
export const announceEveryMs = 500;

/**
 * Tells the sequencer of another process that this one appends. Only a shortcut: what is not heard is found by its poll.
 * An announcement waits for a lock that all of a cluster share, so it is no part of an append.
 */
export class AppendAnnouncements {
  private nextAt = 0;

  constructor(private readonly pool: pg.Pool) {}

  /** After an append was committed. */
  appended(): void {
    const now = performance.now();
    if (now < this.nextAt) return;
    this.nextAt = now + announceEveryMs;
    this.pool.query({ name: 'es-announce', text: `SELECT pg_notify('${appendChannel}', '')` }).catch(() => {
      this.nextAt = 0;
    });
  }
}
