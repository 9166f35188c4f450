/** An argument of a command: a word, or a list of them. Quoted strings and literals are words like any other. */
export type ImapArgument = string | ImapArgument[];

export interface ImapCommand {
  readonly tag: string;
  /** Upper case; `UID FETCH` is one name. */
  readonly name: string;
  readonly args: ImapArgument[];
}

const largestCommand = 25 * 1024 * 1024;

/**
 * Cuts a connection's bytes into commands: lines, with the literals they announce. RFC 3501 §4.3, RFC 7888.
 */
export class ImapLines {
  private buffered: Buffer = Buffer.alloc(0);
  private command: Buffer = Buffer.alloc(0);
  private missing = 0;

  /** @param proceed called when the client waits for permission to send a literal @returns the complete commands */
  push(bytes: Buffer, proceed: () => void): string[] {
    this.buffered = Buffer.concat([this.buffered, bytes]);
    if (this.buffered.length + this.command.length > largestCommand) throw new RangeError('command too large');
    const whole: string[] = [];
    for (;;) {
      if (this.missing > 0) {
        if (this.buffered.length < this.missing) return whole;
        this.take(this.missing);
        this.missing = 0;
      }
      const end = this.buffered.indexOf('\r\n');
      if (end < 0) return whole;
      this.take(end + 2);
      const literal = /\{(\d+)(\+?)\}\r\n$/.exec(this.command.toString('latin1'));
      if (literal === null) {
        whole.push(this.command.toString('latin1').slice(0, -2));
        this.command = Buffer.alloc(0);
        continue;
      }
      this.missing = Number(literal[1]);
      if (literal[2] === '') proceed();
    }
  }

  private take(count: number): void {
    this.command = Buffer.concat([this.command, this.buffered.subarray(0, count)]);
    this.buffered = this.buffered.subarray(count);
  }
}

/** @throws SyntaxError */
export const readCommand = (line: string): ImapCommand => {
  const reader = new ArgumentReader(line);
  const [tag, first, ...rest] = reader.list('');
  if (typeof tag !== 'string' || typeof first !== 'string') throw new SyntaxError('not a command');
  const name = first.toUpperCase();
  const [second] = rest;
  return name === 'UID' && typeof second === 'string'
    ? { tag, name: `UID ${second.toUpperCase()}`, args: rest.slice(1) }
    : { tag, name, args: rest };
};

class ArgumentReader {
  private at = 0;

  constructor(private readonly text: string) {}

  list(until: string): ImapArgument[] {
    const items: ImapArgument[] = [];
    for (;;) {
      while (this.text[this.at] === ' ') this.at++;
      if (this.at >= this.text.length) {
        if (until !== '') throw new SyntaxError('a list is not closed');
        return items;
      }
      if (this.text[this.at] === until) {
        this.at++;
        return items;
      }
      items.push(this.one());
    }
  }

  private one(): ImapArgument {
    const rest = this.text.slice(this.at);
    if (rest.startsWith('(')) {
      this.at++;
      return this.list(')');
    }
    const literal = /^~?\{(\d+)\+?\}\r\n/.exec(rest);
    if (literal !== null) {
      this.at += literal[0].length + Number(literal[1]);
      return rest.slice(literal[0].length, literal[0].length + Number(literal[1]));
    }
    const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest);
    if (quoted !== null) {
      this.at += quoted[0].length;
      return quoted[1]!.replace(/\\(.)/g, '$1');
    }
    // A section belongs to its word, blanks and lists inside it too: BODY.PEEK[HEADER.FIELDS (DATE)]<0.10>
    const atom = /^(?:\[[^\]]*\]|[^\s()"{[])+/.exec(rest);
    if (atom === null) throw new SyntaxError('unreadable');
    this.at += atom[0].length;
    return atom[0];
  }
}
