/** The log contradicts itself: a position is missing, or a checkpoint lies ahead. Stop and look; a retry changes nothing. */
export class LogBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LogBroken';
  }
}
