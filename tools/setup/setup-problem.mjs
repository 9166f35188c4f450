/** What hinders a command, in one sentence that also says what to do; `details` are shown below it as they are. */
export class SetupProblem extends Error {
  /**
   * @param {string} sentence
   * @param {{ details?: string, exitCode?: number, interrupted?: boolean }} [more] `interrupted`: it was told to stop
   */
  constructor(sentence, { details = '', interrupted = false, exitCode = interrupted ? 130 : 1 } = {}) {
    super(sentence);
    this.name = 'SetupProblem';
    this.details = details;
    this.exitCode = exitCode;
    this.interrupted = interrupted;
  }
}
