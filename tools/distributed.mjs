/**
 * `npm run apart`: the distributed shop on this machine: every service a process of its own, with Kafka and PostgreSQL
 * between them, as in a cluster.
 *
 * A process that dies is named and started again, as a cluster does it. One that cannot start, or dies again and again,
 * ends the command.
 *
 * The name `apart` is kept by the command and by its state file, which others use.
 */
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './distributed/child.mjs';
import { openKafka, openPostgres, runOnce } from './distributed/infrastructure.mjs';
import { trustKeys } from './distributed/trust-keys.mjs';
import { freePort } from './kafka/broker.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const usage = `npm run apart [-- --free-ports] - the distributed shop: every service a process of its own

  PORT, HOST       of the gateway (8080, 127.0.0.1); the services listen on loopback, 8081 to 8088, the sandbox on 8090
  --free-ports     any free ports instead; DATA_DIR/apart.json says which, and the pids
  --as-built       runs what was compiled before
  DATA_DIR         where everything is kept (./.data); remove it to begin anew
  KAFKA_BROKERS    a Kafka that runs already; otherwise one is started (Java 17, Maven)
  DATABASE_URL, KEY_ENCRYPTION_KEY_FILE   a PostgreSQL that runs already; otherwise the embedded one
  METRICS_PORT     of the gateway's /metrics; the other services have the ports after it
  LOG_LEVEL, OFFICER_EMAIL, OFFICER_PASSWORD and the others as for npm start

Ctrl-C lets them finish what they are doing, the gateway first, and ends with 0. More: README.md.`;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}
const { localUrl, readPlatformConfig, servicePorts } = await import('@dittoo/platform');
const { stopRequests } = await import('../libs/platform/dist/host/stop-requests.js');
const { prepareDataDirectory } = await import('@dittoo/database');
const { withSandbox } = await import('../apps/standalone/dist/standalone.config.js');

/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env };
const dataDir = resolve(env.DATA_DIR || './.data');
/** @typedef {keyof typeof servicePorts} ServiceName */
/** @typedef {Parameters<typeof withSandbox>[2]} SandboxUrls */

const startPatienceMs = 180_000;
/** @type {(text: string) => void} */
const say = (text) => process.stderr.write(`${'apart'.padEnd(20)} | ${text}\n`);

/** @param {string} name of a service */
const mainOf = (name) => join(root, 'apps', name, 'dist', 'main.js');
const names = /** @type {ServiceName[]} */ (Object.keys(servicePorts));

/** @type {Map<string, Child>} */
const children = new Map();
/** @type {(() => Promise<unknown>)[]} */
const closers = [];
/** @type {Promise<void> | undefined} */
let stopping;

/** @type {(code: number) => Promise<void>} */
const end = async (code) => {
  const all = [...children.values()];
  const stopAll = (/** @type {Child[]} */ some) => Promise.all(some.map((child) => child.stop()));
  // First no new requests come in, then the services finish what they are doing, then their servers end.
  const inOrder = [
    ...(await stopAll(all.filter(({ name }) => name === 'gateway'))),
    ...(await stopAll(all.filter(({ name }) => name !== 'gateway'))),
  ];
  for (const close of closers.reverse()) await close().catch((error) => say(error.message));
  rmSync(join(dataDir, 'apart.json'), { force: true });
  process.exit(code !== 0 || inOrder.includes(false) ? 1 : 0);
};
/** @type {(code: number) => Promise<void>} */
const stop = (code) => (stopping ??= end(code));
/** @type {(reason: string) => void} */
const giveUp = (reason) => {
  if (stopping === undefined) say(`${reason}: ending everything`);
  void stop(1);
};

/** Writes down the URL and pid of each process, for people and for specs. */
const writeState = () => {
  const state = Object.fromEntries([...children].map(([name, { pid, url }]) => [name, { pid, url }]));
  const file = join(dataDir, 'apart.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
};

/** @type {(name: string, url: string, more: NodeJS.ProcessEnv, onMessage?: (message: any) => void) => Child} */
const launch = (name, url, more, onMessage) => {
  const child = new Child({
    ...{ name, url, main: mainOf(name), say, giveUp, onStart: writeState, onMessage },
    env: { ...env, ...more },
  });
  children.set(name, child);
  child.start();
  return child;
};

const portsOf = async () => {
  const free = process.argv.includes('--free-ports');
  /** @type {Record<ServiceName | 'processor-sandbox', number>} */
  const ports = { ...servicePorts, 'processor-sandbox': free ? await freePort() : 8090 };
  if (free) for (const name of names) ports[name] = await freePort();
  if (env.PORT) ports.gateway = Number(env.PORT);
  return ports;
};

/**
 * Starts the sandbox for the processors that are not configured.
 *
 * @param {number} port
 * @returns {Promise<NodeJS.ProcessEnv>} what processor-forwarding is told about it
 */
const startSandbox = async (port) => {
  if (env.PAYSON_URL && env.MONDIDO_URL && env.MAIL_SMTP_URL) return {};
  const credentials = { agentId: 'sandbox', apiKey: randomUUID() };
  const own = { PAYSON_AGENT_ID: credentials.agentId, PAYSON_API_KEY: credentials.apiKey };
  const loopback = { HOST: '127.0.0.1', PORT: String(port), SMTP_PORT: '0', IMAP_PORT: '0' };
  /** @type {(urls: SandboxUrls) => void} */
  let known = () => undefined;
  const urls = /** @type {Promise<SandboxUrls>} */ (new Promise((resolve) => (known = resolve)));
  const sandbox = launch('processor-sandbox', `http://127.0.0.1:${port}`, { ...loopback, ...own }, known);
  await sandbox.ready(startPatienceMs);
  return withSandbox(env, { payson: credentials }, await urls);
};

const run = async () => {
  // A wrong value of a variable that all services read is reported here, once.
  const { publicUrl: configured, host } = readPlatformConfig(
    { ...env, DATABASE_URL: '', PORT: env.PORT || '8080' },
    'apart',
  );
  prepareDataDirectory(dataDir);
  const ports = await portsOf();
  const urlOf = (/** @type {ServiceName} */ name) => `http://127.0.0.1:${ports[name]}`;
  const publicUrl = env.PUBLIC_URL ? configured : localUrl(host, ports.gateway);

  for (const open of [openPostgres, openKafka]) {
    const infrastructure = await open(env, dataDir, say);
    Object.assign(env, infrastructure.env);
    closers.push(infrastructure.close);
    if (stopping !== undefined) return;
  }
  await runOnce('migrate', [join(root, 'apps/standalone/dist/migrate.js')], env);
  await runOnce('topics', [join(root, 'tools/kafka/topics.mjs')], env);

  const shared = {
    ...trustKeys(dataDir),
    // A killed process is to leave its group soon; over a network this would be too short.
    KAFKA_SESSION_TIMEOUT: env.KAFKA_SESSION_TIMEOUT || 'PT6S',
    ...(await startSandbox(ports['processor-sandbox'])),
    ...(publicUrl === null ? {} : { PUBLIC_URL: publicUrl }),
    FIRST_OFFICER_FILE: join(dataDir, 'first-officer.json'),
    ...Object.fromEntries(names.map((name) => [`${name.toUpperCase().replaceAll('-', '_')}_URL`, urlOf(name)])),
  };
  names.forEach((name, index) => {
    launch(name, urlOf(name), {
      ...shared,
      HOST: name === 'gateway' ? host : '127.0.0.1',
      PORT: String(ports[name]),
      // The relay carries sealed events; it has no key.
      ...(name === 'relay' ? { KEY_ENCRYPTION_KEY_FILE: '' } : {}),
      ...(env.METRICS_PORT ? { METRICS_PORT: String(Number(env.METRICS_PORT) + index) } : {}),
    });
  });
  await Promise.all([...children.values()].map((child) => child.ready(startPatienceMs)));
  if (stopping !== undefined) return;
  for (const [name, { pid, url }] of children) say(`${name.padEnd(20)} ${url}  pid ${pid}`);
  const sandbox = children.get('processor-sandbox');
  // The name that programs outside look for.
  if (sandbox !== undefined) {
    process.stdout.write(`stand-ins ${sandbox.url}/sandbox\n`);
    writeFileSync(join(dataDir, 'sandbox-url'), `${sandbox.url}/sandbox\n`);
  }
  process.stdout.write(`ready ${publicUrl}\n`);
};

stopRequests({
  underNpm: true,
  onStop: () => void stop(0),
  onInsist: () => process.exit(1), // the children notice that the channel is gone, and drain by themselves
});
run().catch((error) => giveUp(error.message));
