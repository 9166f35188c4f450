import { createServer } from 'node:net';
import { isLoopback, SystemClock } from '@dittoo/kernel';
import fastify, { type FastifyInstance } from 'fastify';
import { Faults } from './reception/faults.js';
import { inspect } from './inspection/inspection.http.js';
import { hostOf, originOf } from './reception/loopback.js';
import { ImapServer } from './mail/imap.server.js';
import { MailStore } from './mail/mail-store.js';
import { mailbox } from './mail/mailbox.http.js';
import { SmtpServer } from './mail/smtp.server.js';
import { MondidoSandbox } from './mondido/mondido.http.js';
import { PaymentJournal } from './payment/payment-journal.js';
import { Notifier } from './payment/notifier.js';
import { PaysonSandbox } from './payson/payson.http.js';
import { sandboxMail, sandboxMondido, type ProcessorSandboxOptions } from './processor-sandbox.config.js';
import { type ReceivedRequest, ReceivedRequests } from './reception/received.js';

export { sandboxMail, sandboxMondido, type ProcessorSandboxOptions } from './processor-sandbox.config.js';

export interface ProcessorSandbox {
  /** The base URLs to configure processor-forwarding with, one per processor; `sandbox` is the inspection. */
  readonly urls: {
    readonly payson: string;
    readonly mondido: string;
    /** With the account's credentials, as `MAIL_SMTP_URL` and `MAIL_IMAP_URL` take them. */
    readonly smtp: string;
    readonly imap: string;
    readonly sandbox: string;
  };
  received(): readonly ReceivedRequest[];
  /** Resolves when no notification is under way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the sandbox on loopback: one port for HTTP, one each for SMTP and IMAP. Nothing is logged. If the process dies,
 * mail and received requests are lost; payments only where no directory is given to keep them.
 *
 * @throws RangeError `host` is not loopback
 */
export const startProcessorSandbox = async (options: ProcessorSandboxOptions): Promise<ProcessorSandbox> => {
  if (!isLoopback(options.host)) throw new RangeError('the processor sandbox listens on loopback only');
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, caseSensitive: false },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) =>
    isLoopback(request.hostname) ? undefined : reply.code(421).send({ message: 'not a loopback name' }),
  );
  app.setErrorHandler<Error & { statusCode?: number }>(async (error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ message: 'the sandbox cannot answer that', errors: [] }),
  );

  const reception = {
    received: new ReceivedRequests(options.keepRequests ?? 100_000),
    faults: new Faults(),
    clock: options.clock ?? new SystemClock(),
  };
  const delaysMs = options.notificationDelaysMs ?? [0, 250, 1_000, 4_000];
  const notifiers = { payson: new Notifier(delaysMs), mondido: new Notifier(delaysMs) };
  let origin = '';
  const journal = new PaymentJournal(options.stateDir ?? null);

  const payson = new PaysonSandbox(options.payson, reception, notifiers.payson, () => origin, journal);
  const mondido = new MondidoSandbox(
    options.mondido ?? sandboxMondido,
    reception,
    notifiers.mondido,
    () => origin,
    journal,
  );
  payson.mount(app);
  mondido.mount(app);
  // It depends on nothing else, so it is ready when it answers.
  for (const path of ['/health/live', '/health/ready'])
    app.get(path, () => ({ status: path.slice('/health/'.length) }));
  inspect(app, [...Object.keys(notifiers), 'oneMail'], reception, notifiers, { payson, mondido });

  const account = options.mail ?? sandboxMail;
  const mails = new MailStore(Math.trunc(Date.parse(reception.clock.now()) / 1000));
  const smtp = new SmtpServer(account, mails, reception);
  const imap = new ImapServer(account, mails, reception.faults);
  mailbox(app, mails);

  // The pages of open payments are at the port of the last time.
  const before = journal.of<{ readonly port: number }>('sandbox').get('http')?.port ?? 0;
  const port = await listening(app, options.host, options.port ?? before, options.port !== undefined);
  origin = originOf(options.host, port);
  if (before !== 0 && port !== before) {
    payson.expireOpen();
    mondido.expireOpen();
  }
  if (port !== before) journal.defer('sandbox', 'http', { port });
  const login = `${encodeURIComponent(account.user)}:${encodeURIComponent(account.password)}`;
  const { host } = options;
  const [smtpPort, imapPort] = await Promise.all([
    smtp.listen(host, options.smtpPort ?? 0),
    imap.listen(host, options.imapPort ?? 0),
  ]);

  return {
    urls: {
      payson: `${origin}/payson/2.0/`,
      mondido: `${origin}/mondido/v1/`,
      smtp: `smtp://${login}@${hostOf(options.host)}:${smtpPort}`,
      imap: `imap://${login}@${hostOf(options.host)}:${imapPort}`,
      sandbox: `${origin}/sandbox`,
    },
    received: () => reception.received.all(),
    settled: async () => {
      await Promise.all(Object.values(notifiers).map((notifier) => notifier.settled()));
    },
    close: async () => {
      await Promise.all(Object.values(notifiers).map((notifier) => notifier.close()));
      await Promise.all([smtp.close(), imap.close()]);
      await app.close();
      journal.close();
    },
  };
};

/** @returns the port: another one where the wanted one is taken and was not demanded */
const listening = async (app: FastifyInstance, host: string, port: number, isDemanded: boolean): Promise<number> => {
  await app.listen({ host, port: isDemanded || (await isFree(host, port)) ? port : 0 });
  const bound = app.server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
};

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
