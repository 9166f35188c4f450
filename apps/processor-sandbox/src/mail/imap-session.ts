import type { Faults } from '../reception/faults.js';
import { type ImapArgument, type ImapCommand, readCommand } from './imap-line.js';
import { inSet, search } from './imap-search.js';
import type { MailFolder, MailStore, StoredMail } from './mail-store.js';
import type { MailAccount } from '../processor-sandbox.config.js';

/** The planted fault of a command, instead of its effect. */
export type Interruption = 'reset' | 'hang';

const capabilities = 'IMAP4rev1 LITERAL+ UIDPLUS MOVE SPECIAL-USE AUTH=PLAIN';

/** One logged-in (or not yet) connection: commands in, lines out. RFC 3501, 4315 (UIDPLUS), 6851 (MOVE), 6154. */
export class ImapSession {
  readonly greeting = `* OK [CAPABILITY ${capabilities}] sandbox\r\n`;
  private authenticated = false;
  private selected: MailFolder | null = null;
  private authenticating: string | null = null;
  closed = false;

  constructor(
    private readonly account: MailAccount,
    private readonly store: MailStore,
    private readonly faults: Faults,
  ) {}

  /** @returns the response, or what happens to the connection */
  handle(line: string): string | Interruption {
    if (this.authenticating !== null) return this.saslResponse(line);
    let command: ImapCommand;
    try {
      command = readCommand(line);
    } catch {
      return '* BAD unreadable\r\n';
    }
    const { tag, name } = command;
    const fault = this.faults.take('oneMail', 'IMAP', name);
    if (fault?.kind === 'status') return `${tag} NO [UNAVAILABLE] planted\r\n`;
    if (fault?.kind === 'reset' || fault?.kind === 'hang') return fault.kind;
    try {
      const answer = this.answer(command);
      if (fault?.kind === 'dropAfterEffect') return 'reset';
      return fault?.kind === 'hangAfterEffect' ? 'hang' : answer;
    } catch (error) {
      if (error instanceof SyntaxError) return `${tag} BAD not understood\r\n`;
      throw error;
    }
  }

  private answer({ tag, name, args }: ImapCommand): string {
    const ok = (lines = '', code = '') => `${lines}${tag} OK ${code}done\r\n`;
    const no = (text = 'no') => `${tag} NO ${text}\r\n`;
    switch (name) {
      case 'CAPABILITY':
        return ok(`* CAPABILITY ${capabilities}\r\n`);
      case 'NOOP':
        return ok();
      case 'LOGOUT':
        this.closed = true;
        return ok('* BYE bye\r\n');
      case 'LOGIN':
        return this.login(tag, word(args[0]), word(args[1]));
      case 'AUTHENTICATE':
        if (args[1] !== undefined) return this.plain(tag, word(args[1]));
        this.authenticating = tag;
        return '+ \r\n';
    }
    if (!this.authenticated) return `${tag} BAD log in first\r\n`;
    switch (name) {
      case 'LIST':
      case 'LSUB':
        return ok(this.list(name, word(args[1])));
      case 'SELECT':
      case 'EXAMINE': {
        this.selected = this.store.folder(word(args[0]));
        return this.selected === null ? no('[NONEXISTENT] no such folder') : ok(opened(this.selected), '[READ-WRITE] ');
      }
      case 'CLOSE':
      case 'UNSELECT':
        this.selected = null;
        return ok();
      case 'STATUS': {
        const folder = this.store.folder(word(args[0]));
        return folder === null ? no() : ok(status(folder, args[1]));
      }
      case 'APPEND': {
        const folder = this.store.folder(word(args[0]));
        if (folder === null) return no('[TRYCREATE] no such folder');
        const flags = args.find(Array.isArray) ?? [];
        const raw = Buffer.from(word(args.at(-1)), 'latin1');
        const date = args.slice(1, -1).find((argument) => typeof argument === 'string');
        const mail = folder.add(raw, date === undefined ? new Date() : new Date(String(date)), flags.map(word));
        return ok('', `[APPENDUID ${folder.uidValidity} ${mail.uid}] `);
      }
    }
    const folder = this.selected;
    if (folder === null) return `${tag} BAD select a folder first\r\n`;
    switch (name) {
      case 'UID SEARCH':
        return ok(`* SEARCH${search(folder, args).map(({ uid }) => ` ${uid}`).join('')}\r\n`); // prettier-ignore
      case 'UID FETCH': {
        const chosen = among(folder, word(args[0]));
        return ok(chosen.map((mail) => fetched(folder, mail, args[1]!)).join(''));
      }
      case 'UID STORE': {
        const [set, action, given] = [word(args[0]), word(args[1]).toUpperCase(), args[2]];
        const flags = (Array.isArray(given) ? given : [given]).map(word);
        for (const mail of among(folder, set)) {
          if (action.startsWith('-')) flags.forEach((flag) => mail.flags.delete(flag));
          else flags.forEach((flag) => mail.flags.add(flag));
        }
        return ok();
      }
      case 'UID EXPUNGE': {
        const chosen = new Set(among(folder, word(args[0])));
        return ok(expunge(folder, (mail) => chosen.has(mail) && mail.flags.has('\\Deleted')));
      }
      case 'EXPUNGE':
        return ok(expunge(folder, (mail) => mail.flags.has('\\Deleted')));
      case 'UID COPY':
      case 'UID MOVE': {
        const target = this.store.folder(word(args[1]));
        if (target === null) return no('[TRYCREATE] no such folder');
        const chosen = among(folder, word(args[0]));
        if (chosen.length === 0) return ok();
        const copies = chosen.map((mail) => target.add(mail.raw, mail.internalDate, mail.flags));
        const uids = (mails: readonly StoredMail[]) => mails.map(({ uid }) => uid).join(',');
        const code = `[COPYUID ${target.uidValidity} ${uids(chosen)} ${uids(copies)}]`;
        if (name === 'UID COPY') return ok('', `${code} `);
        return ok(`* OK ${code}\r\n${expunge(folder, (mail) => chosen.includes(mail))}`);
      }
      default:
        return `${tag} BAD unknown command\r\n`;
    }
  }

  private saslResponse(line: string): string {
    const tag = this.authenticating!;
    this.authenticating = null;
    return this.plain(tag, line);
  }

  private plain(tag: string, encoded: string): string {
    const [, user = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split('\0');
    return this.login(tag, user, password);
  }

  private login(tag: string, user: string, password: string): string {
    this.authenticated = user === this.account.user && password === this.account.password;
    return this.authenticated
      ? `${tag} OK [CAPABILITY ${capabilities}] in\r\n`
      : `${tag} NO [AUTHENTICATIONFAILED] no\r\n`;
  }

  private list(name: string, pattern: string): string {
    if (pattern === '') return `* ${name} (\\Noselect) "." ""\r\n`;
    const wanted = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/[*%]/g, '.*')}$`, 'i');
    return this.store.folders
      .filter((folder) => wanted.test(folder.name))
      .map((folder) => `* ${name} (${folder.specialUse ?? '\\HasChildren'}) "." "${folder.name}"\r\n`)
      .join('');
  }
}

const word = (argument: ImapArgument | undefined): string => {
  if (typeof argument !== 'string') throw new SyntaxError('a word was expected');
  return argument;
};

const among = (folder: MailFolder, set: string): StoredMail[] => {
  const has = inSet(set, folder.uidNext - 1);
  return folder.messages.filter(({ uid }) => has(uid));
};

const opened = (folder: MailFolder): string =>
  `* FLAGS (\\Seen \\Deleted \\Answered \\Flagged)\r\n* ${folder.messages.length} EXISTS\r\n* 0 RECENT\r\n` +
  `* OK [UIDVALIDITY ${folder.uidValidity}] valid\r\n* OK [UIDNEXT ${folder.uidNext}] next\r\n` +
  '* OK [PERMANENTFLAGS (\\Seen \\Deleted \\Answered \\Flagged)] kept\r\n';

const status = (folder: MailFolder, asked: ImapArgument | undefined): string => {
  const figures: Record<string, number> = {
    MESSAGES: folder.messages.length,
    UIDNEXT: folder.uidNext,
    UIDVALIDITY: folder.uidValidity,
    UNSEEN: folder.messages.filter(({ flags }) => !flags.has('\\Seen')).length,
  };
  const items = (Array.isArray(asked) ? asked : []).map((item) => word(item).toUpperCase());
  return `* STATUS "${folder.name}" (${items.map((item) => `${item} ${figures[item] ?? 0}`).join(' ')})\r\n`;
};

const expunge = (folder: MailFolder, gone: (mail: StoredMail) => boolean): string => {
  // Each sequence number counts the messages left after the earlier removals.
  const numbers = folder.messages.flatMap((mail, index) => (gone(mail) ? [index + 1] : []));
  folder.remove(gone);
  return numbers.map((number, before) => `* ${number - before} EXPUNGE\r\n`).join('');
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const internalDate = (date: Date): string =>
  `"${String(date.getUTCDate()).padStart(2, ' ')}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()} ` +
  `${date.toISOString().slice(11, 19)} +0000"`;

const literal = (bytes: Buffer): string => `{${bytes.length}}\r\n${bytes.toString('latin1')}`;

const fetched = (folder: MailFolder, mail: StoredMail, asked: ImapArgument): string => {
  const items = (Array.isArray(asked) ? asked : [asked]).map(word);
  const parts = items.map((item) => {
    switch (item.toUpperCase()) {
      case 'UID':
        return '';
      case 'FLAGS':
        return `FLAGS (${[...mail.flags].join(' ')})`;
      case 'INTERNALDATE':
        return `INTERNALDATE ${internalDate(mail.internalDate)}`;
      case 'RFC822.SIZE':
        return `RFC822.SIZE ${mail.raw.length}`;
      default:
        return section(mail, item);
    }
  });
  return `* ${folder.messages.indexOf(mail) + 1} FETCH (${[`UID ${mail.uid}`, ...parts].filter(Boolean).join(' ')})\r\n`;
};

const section = (mail: StoredMail, item: string): string => {
  const [, peek, name = '', from, count] = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/i.exec(item) ?? [];
  if (!/^BODY(\.PEEK)?\[/i.test(item)) throw new SyntaxError('not an item');
  if (peek === undefined) mail.flags.add('\\Seen');
  const end = mail.raw.indexOf('\r\n\r\n');
  const head = mail.raw.subarray(0, end < 0 ? mail.raw.length : end + 4);
  const wanted = /^HEADER\.FIELDS \(([^)]*)\)$/i.exec(name)?.[1]?.toLowerCase().replaceAll('"', '').split(' ');
  const whole =
    wanted !== undefined
      ? Buffer.from(
          `${mail.headers.filter((header) => wanted.includes(header.name)).map((header) => `${header.name}: ${header.value}\r\n`).join('')}\r\n`, // prettier-ignore
          'latin1',
        )
      : name === ''
        ? mail.raw
        : name.toUpperCase() === 'HEADER'
          ? head
          : mail.raw.subarray(head.length);
  const start = Number(from ?? 0);
  const bytes = from === undefined ? whole : whole.subarray(start, start + Number(count));
  return `BODY[${name}]${from === undefined ? '' : `<${start}>`} ${literal(bytes)}`;
};
