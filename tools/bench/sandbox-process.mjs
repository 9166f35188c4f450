/**
 * The processors' sandbox in its own process, so that its work is not counted as the shop's. Tells its parent
 * which order's checkout and which order's mail came, and when; and the token that confirms a new customer's address.
 */
import { sandboxMondido, startProcessorSandbox } from '@dittoo/processor-sandbox';

const payson = { agentId: 'bench', apiKey: 'bench-key' };
const keepRequests = 5_000;
const pauseMs = 40;

const sandbox = await startProcessorSandbox({ host: '127.0.0.1', payson, keepRequests });
let seen = 0;

/** @param {import('@dittoo/processor-sandbox').ProcessorSandbox extends { received(): readonly (infer R)[] } ? R : never} request @returns {object[]} */
const arrival = ({ body, method, path, processor, receivedAt }) => {
  const at = Date.parse(receivedAt);
  const {
    merchant,
    text,
    to = [],
  } = /** @type {{ merchant?: { reference?: string }, text?: string, to?: string[] }} */ (body ?? {});
  if (processor === 'payson' && method === 'POST' && path === '/Checkouts')
    return [{ what: 'opened', orderId: merchant?.reference, at }];
  if (processor === 'oneMail') {
    const token = /\/p\/email\?\S*token=([\w.-]+)/.exec(text ?? '')?.[1];
    if (token !== undefined) return to.map((email) => ({ what: 'asked', email, token }));
  }
  // The confirmation, and no other mail, has the sum on a line of its own; the order is named by its number.
  const isConfirmation = processor === 'oneMail' && /^Summa /m.test(text ?? '');
  const orderId = isConfirmation ? /^Ordernummer: (\S+)/m.exec(text ?? '')?.[1] : undefined;
  return orderId === undefined ? [] : [{ what: 'mailed', orderId, at }];
};

setInterval(() => {
  const fresh = sandbox.received().filter(({ sequence }) => sequence > seen);
  seen = fresh.at(-1)?.sequence ?? seen;
  const arrivals = fresh.flatMap(arrival);
  if (arrivals.length > 0) process.send?.({ arrivals });
}, pauseMs);

const { imap, mondido, payson: paysonUrl, smtp } = sandbox.urls;
process.send?.({
  env: {
    PAYSON_URL: paysonUrl,
    PAYSON_AGENT_ID: payson.agentId,
    PAYSON_API_KEY: payson.apiKey,
    MONDIDO_URL: mondido,
    MONDIDO_MERCHANT_ID: sandboxMondido.merchantId,
    MONDIDO_PASSWORD: sandboxMondido.password,
    MONDIDO_SECRET: sandboxMondido.secret,
    MAIL_SMTP_URL: smtp,
    MAIL_IMAP_URL: imap,
  },
});
process.stdout.write(`ready ${sandbox.urls.sandbox}\n`);

const stop = () => void sandbox.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('disconnect', stop);
