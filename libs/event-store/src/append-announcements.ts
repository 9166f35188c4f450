import type pg from 'pg';

export const appendChannel = 'es_append';
/** Least time between two announcements of a process; after one, a sequencer polls often for longer than that. */
export const announceEveryMs = 500;

/**
 * Tells the sequencer of another process that this one appends. Only a shortcut: the sequencer's poll finds the events
 * anyway. An announcement waits for a lock of the whole cluster, so it is not part of the append.
 */
export class AppendAnnouncements {
  private nextAt = 0;

  constructor(private readonly pool: pg.Pool) {}

  /** Call it after an append was committed. */
  appended(): void {
    const now = performance.now();
    if (now < this.nextAt) return;
    this.nextAt = now + announceEveryMs;
    this.pool.query({ name: 'es-announce', text: `SELECT pg_notify('${appendChannel}', '')` }).catch(() => {
      this.nextAt = 0;
    });
  }
}
