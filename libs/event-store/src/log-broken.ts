/**
 * The log contradicts itself: a position is missing, or a checkpoint is beyond its end. Stop; a retry does not help.
 */
export class LogBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LogBroken';
  }
}
