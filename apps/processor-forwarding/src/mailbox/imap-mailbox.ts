import type { ImapFlow } from 'imapflow';
import PostalMime from 'postal-mime';
import type { MailEgress } from '../egress/mail-egress.js';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import { ImapConnection, type ImapTimeouts } from './imap-connection.js';
import { at, batch, headers, headOf, heads, inFolder, search, validityChanged } from './imap-folder.js';
import type { IncomingMail, MailboxCursor, MessageHead, MessagePlace, NewMessages } from './messages.js';

/**
 * The shop's mailbox at its provider, over IMAP4rev1 with UIDPLUS. Every call is a connection of its own: if the process
 * dies in between, call again. Without UIDPLUS nothing is deleted: a plain EXPUNGE would delete what others marked too.
 *
 * Every method throws `TransmissionFailed` and nothing else for a failed call.
 */
export class ImapMailbox {
  private readonly connection: ImapConnection;

  constructor(egress: MailEgress, timeouts: ImapTimeouts) {
    this.connection = new ImapConnection(egress, timeouts);
  }

  /** @param cursor `null` = from the beginning @param limit maximum number of messages, oldest first */
  listNew(folder: string, cursor: MailboxCursor | null, limit: number): Promise<NewMessages> {
    return this.connection.run((client) =>
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

  /** Reads without marking as read. `null` = the message is gone. */
  fetch(place: MessagePlace): Promise<IncomingMail | null> {
    return this.connection.run((client) =>
      at(client, place, async () => {
        const message = await client.fetchOne(
          String(place.uid),
          { uid: true, internalDate: true, headers, source: true },
          { uid: true },
        );
        if (!message || message.source === undefined) return null;
        const mail = await PostalMime.parse(message.source);
        const header = (name: string) => mail.headers.find(({ key }) => key === name)?.value ?? null;
        const submitted = (header('auto-submitted') ?? 'no').toLowerCase();
        return {
          ...headOf(message, place.folder, place.uidValidity),
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

  /** @returns its new place; `null` = the message was gone */
  move(place: MessagePlace, folder: string): Promise<MessagePlace | null> {
    return this.connection.run((client) =>
      at(client, place, async () => {
        const moved = await client.messageMove(String(place.uid), folder, { uid: true });
        if (!moved) throw new TransmissionFailed('imap-refused', 'rejected', { retry: true });
        const uid = moved.uidMap?.get(place.uid);
        return uid === undefined ? null : { folder, uidValidity: String(moved.uidValidity), uid };
      }),
    );
  }

  /** The messages with one of these ids, and those that answer one of them, in every folder, the trash too. */
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

  /**
   * Messages received before that day, in every folder. @param day as `2026-11-22`; the server's dates, strictly
   * earlier
   */
  before(day: string): Promise<MessageHead[]> {
    return this.everywhere((client) => search(client, { before: new Date(`${day}T00:00:00Z`) }));
  }

  /**
   * Deletes messages for good and checks that they are gone. A missing message counts as deleted; when the uid validity
   * changed, the uids may name other messages and nothing is deleted (`uid-validity-changed`).
   */
  async delete(places: readonly MessagePlace[]): Promise<void> {
    const folders = new Map<string, MessagePlace[]>();
    for (const place of places) folders.set(place.folder, [...(folders.get(place.folder) ?? []), place]);
    await this.connection.run(async (client) => {
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
    return this.connection.run(async (client) => {
      const list: MessageHead[] = [];
      for (const { path, flags } of await client.list()) {
        if (flags.has('\\Noselect') || flags.has('\\NonExistent')) continue;
        await inFolder(client, path, async (uidValidity) => {
          list.push(...(await heads(client, path, uidValidity, await uidsIn(client))));
        });
      }
      return list;
    });
  }
}
