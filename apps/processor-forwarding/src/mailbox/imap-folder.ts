import type { FetchMessageObject, ImapFlow, SearchObject } from 'imapflow';
import { TransmissionFailed } from '../egress/transmission-failed.js';
import type { MessageHead, MessagePlace } from './messages.js';

/** Messages in one command. */
export const batch = 200;
/** What a message head is read from. */
export const headers = ['message-id'];

export const validityChanged = () => new TransmissionFailed('uid-validity-changed', 'rejected', { retry: false });

/** @throws TransmissionFailed `uid-validity-changed`: the uid may name another message now */
export const at = <T>(client: ImapFlow, place: MessagePlace, work: () => Promise<T>): Promise<T | null> =>
  inFolder(client, place.folder, async (uidValidity) => {
    if (uidValidity !== place.uidValidity) throw validityChanged();
    return (await search(client, { uid: String(place.uid) })).length === 0 ? null : work();
  });

export const inFolder = async <T>(
  client: ImapFlow,
  folder: string,
  work: (uidValidity: string) => Promise<T>,
): Promise<T> => {
  const lock = await client.getMailboxLock(folder);
  try {
    const { mailbox } = client;
    if (mailbox === false) throw new TransmissionFailed('imap-no-folder', 'rejected', { retry: true });
    return await work(String(mailbox.uidValidity));
  } finally {
    lock.release();
  }
};

export const search = async (client: ImapFlow, query: SearchObject): Promise<number[]> => {
  const uids = await client.search(query, { uid: true });
  // No answer must not be taken for "no messages".
  if (!Array.isArray(uids)) throw new TransmissionFailed('imap-refused', 'rejected', { retry: true });
  return uids.toSorted((a, b) => a - b);
};

export const heads = async (
  client: ImapFlow,
  folder: string,
  uidValidity: string,
  uids: readonly number[],
): Promise<MessageHead[]> => {
  const list: MessageHead[] = [];
  for (let from = 0; from < uids.length; from += batch) {
    const set = uids.slice(from, from + batch).join(',');
    const messages = await client.fetchAll(set, { uid: true, internalDate: true, headers }, { uid: true });
    list.push(...messages.map((message) => headOf(message, folder, uidValidity)));
  }
  return list.toSorted((a, b) => a.uid - b.uid);
};

export const headOf = (message: FetchMessageObject, folder: string, uidValidity: string): MessageHead => {
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
