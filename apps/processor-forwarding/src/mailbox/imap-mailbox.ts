import { isIP } from 'node:net';
import { ImapFlow, type FetchMessageObject, type SearchObject } from 'imapflow';
import PostalMime from 'postal-mime';
import type { MailEgress } from '../egress/egress.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { IncomingMail, Mailbox, MailboxCursor, MessageHead, MessagePlace, NewMessages } from './messages.js';

export interface ImapTimeouts {
  readonly connectMs: number;
  /** Between two words of the server. */
  readonly callMs: number;
}

/** Messages in one command. */
const batch = 200;
const headers = ['message-id'];

/**
 * IMAP4rev1 with UIDPLUS. Without UIDPLUS nothing is deleted: a plain EXPUNGE would take along what others marked.
 */
export class ImapAdapter implements Mailbox {
  constructor(
    private readonly egress: MailEgress,
    private readonly timeouts: ImapTimeouts,
  ) {}

  listNew(folder: string, cursor: MailboxCursor | null, limit: number): Promise<NewMessages> {
    return this.connected((client) =>
      inFolder(client, folder, async (uidValidity) => {
        const rescanned = cursor !== null && cursor.uidValidity !== uidValidity;
        const after = rescanned ? 0 : (cursor?.lastUid ?? 0);
        // `n:*` holds the last message even where its uid is below n.
        const uids = (await search(client, { uid: `${after + 1}:*` })).filter((uid) => uid > after).slice(0, limit);
        const messages = await heads(client, folder, uidValidity, uids);
        return { messages, cursor: { uidValidity, lastUid: uids.at(-1) ?? after }, rescanned };
      }),
    );
  }

  fetch(place: MessagePlace): Promise<IncomingMail | null> {
    return this.connected((client) =>
      at(client, place, async () => {
        const found = await client.fetchOne(
          String(place.uid),
          { uid: true, internalDate: true, headers, source: true },
          { uid: true },
        );
        if (!found || found.source === undefined) return null;
        const mail = await PostalMime.parse(found.source);
        const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value ?? null;
        const submitted = (header('auto-submitted') ?? 'no').toLowerCase();
        return {
          ...headOf(found, place.folder, place.uidValidity),
          from: mail.from?.address ?? null,
          subject: mail.subject ?? '',
          text: mail.text ?? '',
          inReplyTo: mail.inReplyTo ?? null,
          references: mail.references?.match(/<[^<>\s]+>/g) ?? [],
          automatic: submitted !== 'no' || /^(bulk|list|junk)$/i.test(header('precedence') ?? ''),
        };
      }),
    );
  }

  move(place: MessagePlace, folder: string): Promise<MessagePlace | null> {
    return this.connected((client) =>
      at(client, place, async () => {
        const moved = await client.messageMove(String(place.uid), folder, { uid: true });
        if (!moved) throw new TransmissionFailed('imap-refused', 'rejected', { retry: true });
        const uid = moved.uidMap?.get(place.uid);
        return uid === undefined ? null : { folder, uidValidity: String(moved.uidValidity), uid };
      }),
    );
  }

  find(messageIds: readonly string[]): Promise<MessageHead[]> {
    return this.everywhere(async (client) => {
      const uids = new Set<number>();
      for (const id of messageIds) {
        for (const name of ['message-id', 'in-reply-to', 'references']) {
          for (const uid of await search(client, { header: { [name]: id } })) uids.add(uid);
        }
      }
      return [...uids];
    });
  }

  before(day: string): Promise<MessageHead[]> {
    return this.everywhere((client) => search(client, { before: new Date(`${day}T00:00:00Z`) }));
  }

  async delete(places: readonly MessagePlace[]): Promise<void> {
    const folders = new Map<string, MessagePlace[]>();
    for (const place of places) folders.set(place.folder, [...(folders.get(place.folder) ?? []), place]);
    await this.connected(async (client) => {
      if (!client.capabilities.has('UIDPLUS')) {
        throw new TransmissionFailed('no-uidplus', 'rejected', { retry: false });
      }
      for (const [folder, inside] of folders) {
        await inFolder(client, folder, async (uidValidity) => {
          if (inside.some((place) => place.uidValidity !== uidValidity)) throw validityChanged();
          const uids = inside.map(({ uid }) => uid);
          for (let from = 0; from < uids.length; from += batch) {
            const set = uids.slice(from, from + batch).join(',');
            if ((await search(client, { uid: set })).length === 0) continue;
            await client.messageDelete(set, { uid: true });
            if ((await search(client, { uid: set })).length > 0) {
              throw new TransmissionFailed('not-expunged', 'rejected', { retry: true });
            }
          }
        });
      }
    });
  }

  private everywhere(uidsIn: (client: ImapFlow) => Promise<number[]>): Promise<MessageHead[]> {
    return this.connected(async (client) => {
      const found: MessageHead[] = [];
      for (const { path, flags } of await client.list()) {
        if (flags.has('\\Noselect') || flags.has('\\NonExistent')) continue;
        await inFolder(client, path, async (uidValidity) => {
          found.push(...(await heads(client, path, uidValidity, await uidsIn(client))));
        });
      }
      return found;
    });
  }

  private async connected<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
    let client: ImapFlow | null = null;
    try {
      const { port, security, host: name, user, password: pass } = this.egress;
      client = new ImapFlow({
        host: await this.egress.resolve(),
        port,
        ...(isIP(name) === 0 ? { servername: name } : {}),
        secure: security === 'tls',
        doSTARTTLS: security === 'startTls',
        auth: { user, pass },
        logger: false,
        disableAutoIdle: true,
        disableCompression: true,
        connectionTimeout: this.timeouts.connectMs,
        greetingTimeout: this.timeouts.connectMs,
        socketTimeout: this.timeouts.callMs,
        tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true },
      });
      // Told to whoever waits as well; unheard it would end the process.
      client.on('error', () => undefined);
      await client.connect();
      const result = await work(client);
      await client.logout().catch(() => undefined);
      return result;
    } catch (error) {
      throw failureOf(error);
    } finally {
      client?.close();
    }
  }
}

/** @throws TransmissionFailed `uid-validity-changed`: what lies there now may be another message */
const at = <T>(client: ImapFlow, place: MessagePlace, work: () => Promise<T>): Promise<T | null> =>
  inFolder(client, place.folder, async (uidValidity) => {
    if (uidValidity !== place.uidValidity) throw validityChanged();
    return (await search(client, { uid: String(place.uid) })).length === 0 ? null : work();
  });

const inFolder = async <T>(client: ImapFlow, folder: string, work: (uidValidity: string) => Promise<T>): Promise<T> => {
  const lock = await client.getMailboxLock(folder);
  try {
    const { mailbox } = client;
    if (mailbox === false) throw new TransmissionFailed('imap-no-folder', 'rejected', { retry: true });
    return await work(String(mailbox.uidValidity));
  } finally {
    lock.release();
  }
};

const search = async (client: ImapFlow, query: SearchObject): Promise<number[]> => {
  const uids = await client.search(query, { uid: true });
  // An answer that is none must not pass for "nothing there".
  if (!Array.isArray(uids)) throw new TransmissionFailed('imap-refused', 'rejected', { retry: true });
  return uids.toSorted((a, b) => a - b);
};

const heads = async (
  client: ImapFlow,
  folder: string,
  uidValidity: string,
  uids: readonly number[],
): Promise<MessageHead[]> => {
  const found: MessageHead[] = [];
  for (let from = 0; from < uids.length; from += batch) {
    const set = uids.slice(from, from + batch).join(',');
    const messages = await client.fetchAll(set, { uid: true, internalDate: true, headers }, { uid: true });
    found.push(...messages.map((message) => headOf(message, folder, uidValidity)));
  }
  return found.toSorted((a, b) => a.uid - b.uid);
};

const headOf = (message: FetchMessageObject, folder: string, uidValidity: string): MessageHead => {
  const header = message.headers?.toString('utf8').replace(/\r\n[ \t]+/g, ' ') ?? '';
  const date = message.internalDate === undefined ? new Date(0) : new Date(message.internalDate);
  return {
    folder,
    uidValidity,
    uid: message.uid,
    messageId: /^message-id:\s*(<[^<>\s]+>)/im.exec(header)?.[1] ?? null,
    receivedAt: date.toISOString(),
  };
};

const validityChanged = () => new TransmissionFailed('uid-validity-changed', 'rejected', { retry: false });

const failureOf = (error: unknown): TransmissionFailed => {
  if (error instanceof TransmissionFailed) return error;
  const {
    authenticationFailed,
    code = '',
    responseStatus,
  } = error as {
    authenticationFailed?: boolean;
    code?: string;
    responseStatus?: string;
  };
  if (authenticationFailed === true) {
    return new TransmissionFailed('imap-login', 'rejected', { retry: true, credentials: true });
  }
  if (responseStatus !== undefined) return new TransmissionFailed('imap-refused', 'rejected', { retry: true });
  if (/CERT|SELF_SIGNED|UNABLE_TO|SSL/.test(code))
    return new TransmissionFailed('untrusted', 'notSent', { retry: true });
  return new TransmissionFailed(/TIMEOUT/i.test(code) ? 'timeout' : 'unreachable', 'unknown', { retry: true });
};
