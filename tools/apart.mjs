/**
 * `npm run apart`: the shop as processes of their own on this machine, with the Kafka and PostgreSQL between them: what
 * a cluster runs, without one.
 *
 * A process that dies is named and started again, as a cluster would; one that cannot start, or dies over and over,
 * ends the whole, for nobody is there who would look at it.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './apart/child.mjs';
import { once, openKafka, openPostgres } from './apart/ground.mjs';
import { trustKeys } from './apart/trust-keys.mjs';
import { freePort } from './kafka/broker.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const usage = `npm run apart [-- --free-ports] - runs every service as a process of its own on this machine

  PORT, HOST       the gateway's (8080, 127.0.0.1); the services listen on loopback, 8081 to 8088, the stand-ins on 8090
  --free-ports     any free ports instead; DATA_DIR/apart.json says which, and the pids
  --as-built       runs what was compiled before
  DATA_DIR         where everything is kept (./.data); remove it to begin anew
  KAFKA_BROKERS    a Kafka that runs already; otherwise one is started (Java 17, Maven)
  DATABASE_URL, KEY_ENCRYPTION_KEY_FILE   a PostgreSQL that runs already; otherwise the one that comes along
  METRICS_PORT     the gateway's /metrics; the others have the ports after it
  LOG_LEVEL, OFFICER_EMAIL, OFFICER_PASSWORD and the others as for npm start

Ctrl-C drains them all, the gateway first, and ends with 0. More: README.md.`;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}
const { readPlatformConfig, servicePorts } = await import('../libs/platform/dist/index.js');
const { withSandbox } = await import('../apps/standalone/dist/standalone.config.js');

const env = { ...process.env };
const dataDir = resolve(env.DATA_DIR || './.data');
const startPatienceMs = 180_000;
const say = (text) => process.stderr.write(`${'apart'.padEnd(20)} | ${text}\n`);

/** Only what is there: a service that is not in this clone yet has no main.js. */
const mainOf = (name) => join(root, 'apps', name, 'dist', 'main.js');
const names = Object.keys(servicePorts).filter((name) => existsSync(mainOf(name)));

const children = new Map();
const closers = [];
let stopping;

const end = async (code) => {
  const all = [...children.values()];
  const stopAll = (some) => Promise.all(some.map((child) => child.stop()));
  // Nobody comes in any more; then what is in hand is finished; then what all of them stand on.
  const inOrder = [
    ...(await stopAll(all.filter(({ name }) => name === 'gateway'))),
    ...(await stopAll(all.filter(({ name }) => name !== 'gateway'))),
  ];
  for (const close of closers.reverse()) await close().catch((error) => say(error.message));
  rmSync(join(dataDir, 'apart.json'), { force: true });
  process.exit(code !== 0 || inOrder.includes(false) ? 1 : 0);
};
const stop = (code) => (stopping ??= end(code));
const giveUp = (reason) => {
  if (stopping === undefined) say(`${reason}: ending everything`);
  void stop(1);
};

/** Who is where, for people and for programs that look on. */
const writeState = () => {
  const state = Object.fromEntries([...children].map(([name, { pid, url }]) => [name, { pid, url }]));
  const file = join(dataDir, 'apart.json');
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
};

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
  const ports = { 'processor-sandbox': free ? await freePort() : 8090 };
  for (const name of names) ports[name] = free ? await freePort() : servicePorts[name];
  if (env.PORT) ports.gateway = Number(env.PORT);
  return ports;
};

/** The stand-ins of the processors that are not configured. @returns what forwarding is told about them */
const startSandbox = async (port) => {
  if (env.PAYSON_URL && env.MONDIDO_URL && env.MAIL_SMTP_URL) return {};
  const credentials = { agentId: 'sandbox', apiKey: randomUUID() };
  const own = { PAYSON_AGENT_ID: credentials.agentId, PAYSON_API_KEY: credentials.apiKey };
  const loopback = { HOST: '127.0.0.1', PORT: String(port), SMTP_PORT: '0', IMAP_PORT: '0' };
  let sandbox;
  const urls = await new Promise((known) => {
    sandbox = launch('processor-sandbox', `http://127.0.0.1:${port}`, { ...loopback, ...own }, known);
  });
  await sandbox.ready(startPatienceMs);
  return withSandbox(env, { payson: credentials }, urls);
};

const run = async () => {
  // What is wrong with what everybody reads is said here, once.
  const { publicUrl: configured, host } = readPlatformConfig(
    { ...env, DATABASE_URL: '', PORT: env.PORT || '8080' },
    'apart',
  );
  mkdirSync(dataDir, { recursive: true });
  const ports = await portsOf();
  const urlOf = (name) => `http://127.0.0.1:${ports[name]}`;
  const publicUrl = env.PUBLIC_URL ? configured : `http://${host}:${ports.gateway}`;

  for (const open of [openPostgres, openKafka]) {
    const ground = await open(env, dataDir, say);
    Object.assign(env, ground.env);
    closers.push(ground.close);
    if (stopping !== undefined) return;
  }
  await once('migrate', [join(root, 'apps/standalone/dist/migrate.js')], env);
  await once('topics', [join(root, 'tools/kafka/topics.mjs')], env);

  const shared = {
    ...trustKeys(dataDir),
    // Who is killed here is to be missed soon; over a network this would be hasty.
    KAFKA_SESSION_TIMEOUT: env.KAFKA_SESSION_TIMEOUT || 'PT6S',
    ...(await startSandbox(ports['processor-sandbox'])),
    PUBLIC_URL: publicUrl,
    FIRST_OFFICER_FILE: join(dataDir, 'first-officer.json'),
    ...Object.fromEntries(names.map((name) => [`${name.toUpperCase().replaceAll('-', '_')}_URL`, urlOf(name)])),
  };
  names.forEach((name, index) => {
    launch(name, urlOf(name), {
      ...shared,
      HOST: name === 'gateway' ? host : '127.0.0.1',
      PORT: String(ports[name]),
      ...(env.METRICS_PORT ? { METRICS_PORT: String(Number(env.METRICS_PORT) + index) } : {}),
    });
  });
  await Promise.all([...children.values()].map((child) => child.ready(startPatienceMs)));
  if (stopping !== undefined) return;
  for (const [name, { pid, url }] of children) say(`${name.padEnd(20)} ${url}  pid ${pid}`);
  process.stdout.write(`ready ${publicUrl}\n`);
};

let signals = 0;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (++signals > 1) process.exit(1); // the children notice that the channel is gone, and drain by themselves
    void stop(0);
  });
}
run().catch((error) => giveUp(error.message));
