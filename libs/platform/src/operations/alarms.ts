import { Gauge, type Registry } from 'prom-client';

/**
 * Conditions that an operator must investigate although the process works, by name. `/health/ready` shows them and
 * stays 200, because the process is needed for the investigation. Code that raises an alarm also logs and counts it.
 */
export class Alarms {
  private readonly names = new Set<string>();
  private readonly watched = new Map<string, () => boolean>();

  /** @param name a fixed name like `audit.seal-refused`, never data */
  raise(name: string): void {
    this.names.add(name);
  }

  /** An alarm that ends by itself: it is raised while `isSo`. */
  raiseWhile(name: string, isSo: () => boolean): void {
    this.watched.set(name, isSo);
  }

  get raised(): readonly string[] {
    const now = [...this.watched].filter(([, isSo]) => isSo()).map(([name]) => name);
    return [...this.names, ...now].sort();
  }
}

/** The raised alarms as a metric: each wakes the person on call, although nobody reads `/health/ready`. */
export const meterAlarms = (metrics: Registry, alarms: Alarms): void => {
  new Gauge({
    name: 'dittoo_alarm',
    help: 'An alarm of /health/ready that is raised in this process',
    labelNames: ['alarm'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const alarm of alarms.raised) this.set({ alarm }, 1);
    },
  });
};
