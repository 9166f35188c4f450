import type { FastifyInstance } from 'fastify';
import { jsonBody } from '../reception/reception.js';
import { headerOf, type MailStore } from './mail-store.js';

/** Lists the mailbox and puts messages in, as a person with the provider's web mail could. Ids and dates only. */
export const mailbox = (app: FastifyInstance, store: MailStore): void => {
  app.get('/sandbox/oneMail/messages', async () => ({
    items: store.folders.flatMap((folder) =>
      folder.messages.map((mail) => ({
        folder: folder.name,
        uidValidity: folder.uidValidity,
        uid: mail.uid,
        internalDate: mail.internalDate.toISOString(),
        messageId: headerOf(mail, 'message-id'),
      })),
    ),
  }));

  app.post('/sandbox/oneMail/messages', async ({ body }, reply) => {
    const { folder = 'INBOX', raw, receivedAt } = (jsonBody(String(body)) ?? {}) as Record<string, unknown>;
    const target = typeof folder === 'string' ? store.folder(folder) : null;
    const at = receivedAt === undefined ? new Date() : new Date(String(receivedAt));
    if (target === null || typeof raw !== 'string' || raw === '' || Number.isNaN(at.getTime())) {
      return reply.code(400).send({ message: '{ raw, folder?, receivedAt? }: a message, a folder, a time' });
    }
    const mail = target.add(Buffer.from(raw.replace(/\r?\n/g, '\r\n'), 'utf8'), at);
    return reply.code(201).send({ folder: target.name, uidValidity: target.uidValidity, uid: mail.uid });
  });

  app.delete('/sandbox/oneMail/messages', async (_request, reply) => {
    store.clear();
    return reply.code(204).send();
  });
};
