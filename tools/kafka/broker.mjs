/**
 * A real Apache Kafka on loopback without Docker: one KRaft node from Maven artifacts, on free ports, in a directory of
 * its own. For tests and for `npm run kafka`; nothing here is meant for production.
 *
 * `kill9` keeps what the operating system has taken over, so acknowledged records survive it, as they do in a crash of
 * the process; a crash of the machine is not played here.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { keystorePassword, serverProperties } from './broker-properties.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../.data/kafka/', import.meta.url));
const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(join(here, 'pom.xml'), 'utf8'))?.[1];
const clusterId = 'ZGl0dG9vLWxvb3BiYWNrMQ';

/** Said when the machine has no Java 17 or no Maven: what is missing and what to do about it. */
export class BrokerNotAvailable extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'BrokerNotAvailable';
  }
}

/** @type {(name: string) => string} */
const javaCommand = (name) => (process.env.JAVA_HOME === undefined ? name : join(process.env.JAVA_HOME, 'bin', name));

const requireJava = () => {
  const { status, stderr } = spawnSync(javaCommand('java'), ['-version'], { encoding: 'utf8' });
  const major = status === 0 ? Number(/version "(\d+)/.exec(stderr)?.[1]) : 0;
  if (major >= 17) return;
  const found = major === 0 ? 'no java was found' : `java ${major} was found`;
  throw new BrokerNotAvailable(
    `Apache Kafka ${version} needs Java 17 or later; ${found}. Install one (Debian: openjdk-17-jre-headless) or set JAVA_HOME.`,
  );
};

/**
 * The broker's classpath; Maven fetches what is missing, once.
 *
 * @throws BrokerNotAvailable
 * @type {typeof import('./broker.mjs').brokerClasspath}
 */
export const brokerClasspath = () => {
  requireJava();
  const file = join(cache, `classpath-${version}.txt`);
  if (existsSync(file)) {
    const classpath = readFileSync(file, 'utf8');
    if (classpath.split(':').every((jar) => existsSync(jar))) return classpath;
  }
  mkdirSync(cache, { recursive: true });
  const partial = `${file}.${process.pid}`;
  const { error, status, stdout } = spawnSync(
    'mvn',
    [
      '-q',
      '-B',
      '-f',
      join(here, 'pom.xml'),
      'dependency:build-classpath',
      '-DincludeScope=runtime',
      `-Dmdep.outputFile=${partial}`,
    ],
    { encoding: 'utf8', timeout: 480_000 },
  );
  if (/** @type {NodeJS.ErrnoException | undefined} */ (error)?.code === 'ENOENT') {
    throw new BrokerNotAvailable('Apache Kafka is fetched with Maven; no mvn was found. Install it (Debian: maven).');
  }
  if (status !== 0) {
    throw new BrokerNotAvailable(`Maven could not fetch Apache Kafka ${version}:\n${stdout.slice(-2_000)}`);
  }
  renameSync(partial, file);
  return readFileSync(file, 'utf8');
};

/**
 * A free loopback port, at this moment.
 *
 * @type {typeof import('./broker.mjs').freePort}
 */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/**
 * A certificate for 127.0.0.1 that is its own authority: `server.p12` for the broker, `ca.pem` for the clients.
 *
 * @type {(dir: string) => string}
 */
const makeCertificate = (dir) => {
  const caFile = join(dir, 'ca.pem');
  if (existsSync(caFile)) return caFile;
  /** @type {(...args: string[]) => string} */
  const keytool = (...args) => {
    const { error, status, stdout } = spawnSync(
      javaCommand('keytool'),
      [...args, '-keystore', join(dir, 'server.p12'), '-storepass', keystorePassword, '-alias', 'broker'],
      { encoding: 'utf8' },
    );
    if (error !== undefined || status !== 0)
      throw new BrokerNotAvailable(`keytool failed: ${error?.message ?? stdout}`);
    return stdout;
  };
  keytool(
    ...['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=localhost', '-validity', '30'],
    ...['-ext', 'san=ip:127.0.0.1,dns:localhost', '-ext', 'bc=ca:true', '-storetype', 'PKCS12'],
  );
  writeFileSync(caFile, keytool('-exportcert', '-rfc'));
  return caFile;
};

/** @type {(classpath: string, ...args: string[]) => [string, string[]]} */
const java = (classpath, ...args) => [
  javaCommand('java'),
  [
    ...['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:MaxMetaspaceSize=192m', '-Xss512k'],
    ...['-Xshare:auto', '-Djava.awt.headless=true', `-Dlog4j2.configurationFile=${join(here, 'log4j2.properties')}`],
    ...['-cp', classpath, ...args],
  ],
];

/** @type {(pid: number) => boolean} */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/**
 * The pid written by `startBroker`, if that very process still runs; pids are used again, so its command is looked at.
 *
 * @type {typeof import('./broker.mjs').runningBroker}
 */
export const runningBroker = (dir) => {
  const file = join(dir, 'pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout?.includes(join(dir, 'server.properties')) ? pid : undefined;
};

/** @type {(pid: number, timeoutMs: number) => Promise<boolean>} */
const ended = async (pid, timeoutMs) => {
  for (const end = Date.now() + timeoutMs; isAlive(pid); await sleep(50)) {
    if (Date.now() > end) return false;
  }
  return true;
};

/**
 * @param signal `SIGTERM` = as an operator stops it, `SIGKILL` = as a crash does
 * @type {typeof import('./broker.mjs').stopBroker}
 */
export const stopBroker = async (dir, signal = 'SIGTERM') => {
  const pid = runningBroker(dir);
  if (pid === undefined) return false;
  process.kill(pid, signal);
  if (!(await ended(pid, 20_000))) {
    process.kill(pid, 'SIGKILL');
    await ended(pid, 5_000);
  }
  return true;
};

/** @type {(pid: number, broker: string, log: string) => Promise<void>} */
const settled = async (pid, broker, log) => {
  const kafka = new kafkajs.Kafka({
    clientId: 'broker-starter',
    brokers: [broker],
    connectionTimeout: 1_000,
    requestTimeout: 1_000,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  for (let tries = 0; tries < 240; tries++, await sleep(250)) {
    if (!isAlive(pid)) break;
    const admin = kafka.admin();
    try {
      await admin.connect();
      const { brokers } = await admin.describeCluster();
      if (brokers.length > 0) return;
    } catch {
      // not yet
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
  throw new Error(`the broker did not start:\n${readFileSync(log, 'utf8').slice(-4_000)}`);
};

/**
 * Makes a user (SCRAM-SHA-512) on a broker that runs, or gives it another password.
 *
 * @type {typeof import('./broker.mjs').giveUser}
 */
export const giveUser = (broker, { password, username }) => {
  const [command, args] = java(
    brokerClasspath(),
    ...['kafka.admin.ConfigCommand', '--bootstrap-server', broker, '--alter', '--entity-type', 'users'],
    ...['--entity-name', username, '--add-config', `SCRAM-SHA-512=[password=${password}]`],
  );
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`the user could not be made: ${stdout}${stderr}`);
};

/**
 * Starts a broker in `dir` and resolves once it answers. The second start in the same `dir` finds its data and ports.
 *
 * @type {typeof import('./broker.mjs').startBroker}
 */
export const startBroker = async ({ dir, port, user, viaProxy = false, settings = {} }) => {
  if (runningBroker(dir) !== undefined) throw new Error(`a broker is running in ${dir} already`);
  const classpath = brokerClasspath();
  mkdirSync(dir, { recursive: true });
  const portsFile = join(dir, 'ports.json');
  const ports = existsSync(portsFile)
    ? JSON.parse(readFileSync(portsFile, 'utf8'))
    : {
        plain: port ?? (await freePort()),
        controller: await freePort(),
        ...(user === undefined ? {} : { sasl: await freePort(), secure: await freePort() }),
        ...(viaProxy ? { proxied: await freePort(), proxy: await freePort() } : {}),
      };
  writeFileSync(portsFile, JSON.stringify(ports));
  const listeners = [
    { name: 'PLAINTEXT', protocol: 'PLAINTEXT', port: ports.plain },
    ...(ports.sasl === undefined ? [] : [{ name: 'SASL', protocol: 'SASL_PLAINTEXT', port: ports.sasl }]),
    ...(ports.secure === undefined ? [] : [{ name: 'SECURE', protocol: 'SASL_SSL', port: ports.secure }]),
    ...(ports.proxied === undefined
      ? []
      : [{ name: 'PROXIED', protocol: 'PLAINTEXT', port: ports.proxied, advertised: ports.proxy }]),
  ];
  const caFile = ports.secure === undefined ? undefined : makeCertificate(dir);
  const config = join(dir, 'server.properties');
  writeFileSync(config, serverProperties({ dir, ports, listeners, replicaOptions: settings }));
  const log = join(dir, 'broker.log');
  if (!existsSync(join(dir, 'data', 'meta.properties'))) {
    const scram =
      user === undefined ? [] : ['--add-scram', `SCRAM-SHA-512=[name=${user.username},password=${user.password}]`];
    const [command, args] = java(
      classpath,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      config,
      ...scram,
    );
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the broker's directory could not be made: ${stdout}${stderr}`);
  }
  const output = openSync(log, 'a');
  const [command, args] = java(classpath, 'kafka.Kafka', config);
  const child = spawn(command, args, { detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  writeFileSync(join(dir, 'pid'), String(pid));
  try {
    await settled(pid, `127.0.0.1:${ports.plain}`, log);
  } catch (error) {
    await stopBroker(dir, 'SIGKILL');
    throw error;
  }
  return { ports, brokers: [`127.0.0.1:${ports.plain}`], caFile, pid };
};
