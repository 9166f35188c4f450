/**
 * What a person must look at although the process works, by name: `/health/ready` shows it and stays 200, because
 * taking the process away would take away the means to look. The one who raises an alarm also logs and counts it.
 */
export class Alarms {
  private readonly names = new Set<string>();

  /** @param name a word like `audit.seal-refused`, never data */
  raise(name: string): void {
    this.names.add(name);
  }

  get raised(): readonly string[] {
    return [...this.names].sort();
  }
}
