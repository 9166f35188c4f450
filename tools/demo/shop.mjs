/**
 * The public HTTP API of the shop, and the pages of the sandbox. When the shop is killed and started again meanwhile, a
 * call waits and goes on: every command carries an Idempotency-Key, so a repeated one is the same one.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { paint, say, stepCount } from './narration.mjs';
import { option } from './options.mjs';

/**
 * @typedef {object} CallOptions
 * @property {string} [token]
 * @property {unknown} [body]
 * @property {Record<string, string>} [headers]
 * @property {string} [key] the Idempotency-Key
 * @property {number[]} [accept] statuses that are answers too, besides 2xx
 */
/** @typedef {{ status: number, answer: any, response: Response }} Answer `answer` is the parsed body */
/** @typedef {{ email: string, password: string }} Login */

/** `0.0.0.0` and `::` are where a shop listens, not where it is reached. @param {string} host */
const reachable = (host) => {
  if (['', '0.0.0.0', '::'].includes(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};
const shopUrl = () => {
  const { PUBLIC_URL, HOST = '', PORT = '8080' } = process.env;
  const given = option('--url') ?? (PUBLIC_URL || `http://${reachable(HOST)}:${PORT || 8080}`);
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) && new URL(given).port !== '0') {
    return given.replace(/\/+$/, '');
  }
  console.error(`The demo cannot tell where the shop is from "${given}": say it by --url http://127.0.0.1:8080`);
  process.exit(2);
};
const shop = shopUrl();
const patienceMs = 90_000;

/** The shop did not do what the demo tells. */
export class DemoFailed extends Error {}

/** @type {(truth: unknown, otherwise: string) => void} @throws DemoFailed */
export const expect = (truth, otherwise) => {
  if (!truth) throw new DemoFailed(otherwise);
};

/** Is this a connection that failed, rather than a wrong answer? @param {unknown} error */
export const isAway = (error) =>
  error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError');

/** @param {string} text @returns {any} parsed where it is JSON */
const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/**
 * Calls the API; waits for a shop that is being restarted.
 *
 * @type {(method: string, path: string, options?: CallOptions) => Promise<Answer>}
 * @throws DemoFailed when the shop refuses the call
 */
const call = async (method, path, { token, body, headers = {}, key = randomUUID(), accept = [] } = {}) => {
  const url = path.startsWith('http') ? path : `${shop}${path}`;
  let toldToWait = false;
  for (const end = Date.now() + patienceMs; ; await sleep(500)) {
    try {
      const response = await fetch(url, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(method === 'POST' ? { 'idempotency-key': key } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      if (response.status === 503 && Date.now() < end) continue;
      const answer = text === '' ? undefined : parsed(text);
      if (response.ok || accept.includes(response.status)) return { status: response.status, answer, response };
      throw new DemoFailed(
        `${method} ${path} was refused: ${response.status} ${answer?.code ?? ''} ${answer?.detail ?? ''}`,
      );
    } catch (error) {
      if (!isAway(error)) throw error;
      if (Date.now() > end) throw new DemoFailed(`the shop at ${shop} does not answer: is \`npm start\` running?`);
      if (!toldToWait && stepCount() > 0) say(paint('33', '(the shop does not answer; waiting for it to come back)'));
      if (!toldToWait && stepCount() === 0) say(`waiting for the shop at ${shop} …`);
      toldToWait = true;
    }
  }
};

/** @type {typeof call} */
export const api = (method, path, options) => call(method, `/api/v1${path}`, options);

/**
 * Asks again until there is an answer.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T | false>} probe
 * @returns {Promise<T>}
 * @throws DemoFailed
 */
export const until = async (what, probe) => {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(150)) {
    const answer = await probe();
    if (answer) return answer;
  }
  throw new DemoFailed(`waited ${patienceMs / 1000} s in vain: ${what}`);
};

/** @returns {Login} */
export const officerLogin = () => {
  const { OFFICER_EMAIL: email, OFFICER_PASSWORD: password, DATA_DIR = './.data' } = process.env;
  if (email && password) return { email, password };
  const file = join(DATA_DIR, 'first-officer.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  throw new DemoFailed(
    `there is no ${file}: is \`npm start\` running with the same DATA_DIR? With officers of your own, give their ` +
      'OFFICER_EMAIL and OFFICER_PASSWORD here too',
  );
};

/** Where the sandbox lists what the processors received: the running shop says it. @returns {URL} */
export const sandboxUrl = () => {
  const file = join(process.env.DATA_DIR || './.data', 'sandbox-url');
  if (existsSync(file)) return new URL(`${readFileSync(file, 'utf8').trim()}/`);
  throw new DemoFailed(
    `there is no ${file}: is \`npm start\` running with the same DATA_DIR and without processors of your own? ` +
      'The demo reads her mail in the sandbox',
  );
};

/** @param {Login} login @returns {Promise<string>} an access token */
export const signIn = async (login) => (await api('POST', '/sessions', { body: login })).answer.accessToken;

/**
 * Calls a page of the sandbox, without waiting: a restart shows as a failure.
 *
 * @param {URL} url
 * @param {unknown} [body] posted, if there is one
 * @returns {Promise<any>}
 */
export const fetchOnce = async (url, body) => {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new TypeError(`the sandbox answered ${response.status}`);
  const answer = parsed(await response.text());
  return answer?.items ?? answer;
};
