/** One message in its folder. */
export interface StoredMail {
  readonly uid: number;
  /** When it was received, by the server's clock. */
  readonly internalDate: Date;
  readonly flags: Set<string>;
  readonly raw: Buffer;
  /** Unfolded, names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** Uids grow and are never reused; a folder keeps its `uidValidity` as long as it lives. */
export class MailFolder {
  messages: StoredMail[] = [];
  uidNext = 1;

  constructor(
    readonly name: string,
    readonly specialUse: string | null,
    readonly uidValidity: number,
  ) {}

  add(raw: Buffer, internalDate: Date, flags: Iterable<string> = []): StoredMail {
    const mail = { uid: this.uidNext++, internalDate, flags: new Set(flags), raw, headers: headersOf(raw) };
    this.messages.push(mail);
    return mail;
  }

  remove(gone: (mail: StoredMail) => boolean): void {
    this.messages = this.messages.filter((mail) => !gone(mail));
  }
}

/** The sandbox's mailbox, filled by SMTP and read by IMAP. In memory, lost with the process. */
export class MailStore {
  readonly folders: MailFolder[];

  constructor(uidValidity: number) {
    this.folders = [
      new MailFolder('INBOX', null, uidValidity),
      new MailFolder('INBOX.Sent', '\\Sent', uidValidity + 1),
      new MailFolder('INBOX.Archive', '\\Archive', uidValidity + 2),
      new MailFolder('INBOX.Trash', '\\Trash', uidValidity + 3),
    ];
  }

  folder(name: string): MailFolder | null {
    const wanted = name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
    return this.folders.find((folder) => folder.name === wanted) ?? null;
  }

  /** The record of every submission. */
  get sent(): MailFolder {
    return this.folders.find(({ specialUse }) => specialUse === '\\Sent')!;
  }

  clear(): void {
    for (const folder of this.folders) folder.messages = [];
  }
}

const headersOf = (raw: Buffer): StoredMail['headers'] => {
  const end = raw.indexOf('\r\n\r\n');
  const text = raw.subarray(0, end < 0 ? raw.length : end).toString('latin1');
  return text
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [{ name: line.slice(0, colon).toLowerCase(), value: line.slice(colon + 1).trim() }];
    });
};

export const headerOf = (mail: StoredMail, name: string): string | null =>
  mail.headers.find((header) => header.name === name.toLowerCase())?.value ?? null;
