/*
 * Promised: docker-compose.yml is of the published schema; every program, port, host, volume and environment name in it
 * exists; every container is restricted alike. Not shown: whether an engine runs it (none was available).
 */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { upstreamNames } from '../../apps/gateway/dist/gateway.config.js';
import { serverConnections, servicePorts } from '@dittoo/platform';
import { processorVariables } from '../../apps/processor-forwarding/dist/processor-forwarding.config.js';
import { readProjects } from '../boundaries/projects.mjs';
import { isOneShot, isOurs, readCompose } from './compose.mjs';
import { readsVariable } from './settings.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compose = readCompose(root);
/** @param {string} name @returns {import('./compose.mjs').Service} */
const service = (name) => {
  const named = compose.services[name];
  if (named === undefined) throw new Error(`there is no service ${name}`);
  return named;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => isOurs(service));
const lasting = services.filter(([, service]) => !isOneShot(service));
/** Every app that runs in the shop, one process or many. */
const everyService = readProjects()
  .filter(({ name, root: path }) => path.startsWith('apps/') && !/-sandbox$|^standalone$/.test(name))
  .map(({ name }) => name)
  .sort();
const read = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');

/** The ports at a host name of the file: those of a service, and of those that share its network. */
const portsOf = (/** @type {string} */ name) =>
  services
    .filter(([other, { network_mode }]) => other === name || network_mode === `service:${name}`)
    .flatMap(([, { command = [], environment = {} }]) => [
      Number(environment.PORT),
      Number(environment.METRICS_PORT),
      ...command.flatMap((argument) =>
        [...String(argument).matchAll(/(?:0\.0\.0\.0|127\.0\.0\.1):(\d+)=/g)].map((m) => Number(m[1])),
      ),
    ]);

describe('docker-compose.yml', () => {
  it('is of the schema of the Compose Specification', () => {
    const schema = JSON.parse(read('tools/deploy/vendor/compose-spec/compose-spec.json'));
    const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { duration: true, ports: true, expose: true } });
    const isValid = ajv.validate(schema, compose);
    expect(ajv.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
    expect(ajv.validate(schema, { services: { a: { image: 'a', comand: ['x'] } } })).toBe(false);
  });

  it('has connections for all services at their most, on the one server that holds both databases', () => {
    const [, allowed] = /max_connections=(\d+)/.exec((service('postgres').command ?? []).join(' ')) ?? [];
    const wanted = everyService.map((name) => {
      const all = Number(service(name).environment?.DATABASE_CONNECTIONS ?? 42);
      const { keyRing, main } = serverConnections(all);
      return keyRing + main;
    });
    const sum = wanted.reduce((one, other) => one + other, 0);
    expect(sum).toBeGreaterThan(300);
    expect(sum + 10).toBeLessThanOrEqual(Number(allowed)); // ten for administrators and the one-shots
  });

  it('runs every service of the shop, the sandbox and the one-shots, by programs that exist', () => {
    const programs = ours.map(([, { command }]) => command?.[0] ?? '');
    expect(everyService.length).toBeGreaterThanOrEqual(9);
    expect(programs).toEqual(expect.arrayContaining(everyService.map((app) => `apps/${app}/dist/main.js`)));
    const sources = programs.map((program) => program.replace('/dist/', '/src/').replace(/(apps\/.*)\.js$/, '$1.ts'));
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([]);
  });

  it('has the same services as the chart and as the list of ports', () => {
    const { services: inChart } = parse(read('deploy/helm/dittoo/values.yaml'));
    expect(Object.keys(inChart).sort()).toEqual(everyService);
    expect(Object.keys(servicePorts).sort()).toEqual(everyService);
  });

  it('gives the gateway the address of every service behind it, here and in the chart', () => {
    const wanted = upstreamNames.map((name) => [`${name.toUpperCase().replaceAll('-', '_')}_URL`, name]);
    const environment = service('gateway').environment ?? {};
    const hosts = wanted.map(([variable = '']) => [variable, new URL(environment[variable] ?? '').hostname]);
    expect(hosts).toEqual(wanted);
    const [, list] =
      /range \$upstream := list ([^}]*?) \}\}/.exec(read('deploy/helm/dittoo/templates/services.yaml')) ?? [];
    expect(list?.split(' ').map((name) => name.replaceAll('"', ''))).toEqual([...upstreamNames]);
  });

  it('runs the sandbox from an image of its own, and everything else of ours from the image of the shop', () => {
    const targets = ours.map(([name, { image, build }]) => [name, `${image} ${build.target}`]);
    const ofSandbox = targets.filter(([, target]) => target === 'dittoo-sandbox:local sandbox').map(([name]) => name);
    expect(ofSandbox.sort()).toEqual(['processor-sandbox', 'sandbox-proxy']);
    for (const [name, target] of targets.filter(([other]) => !ofSandbox.includes(other))) {
      expect([name, target]).toEqual([name, 'dittoo:local shop']);
    }
  });

  it('sets for each program only variables that this program reads', () => {
    const unread = ours.flatMap(([name, { command, environment = {} }]) => {
      const isRead = readsVariable(command?.[0] ?? '');
      return Object.keys(environment)
        .filter((key) => !isRead(key))
        .map((key) => `${name}: ${key}`);
    });
    expect(unread).toEqual([]);
  });

  it.each(services)('%s is restricted', (_name, service) => {
    expect(service).toMatchObject({
      init: true,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    expect(service.privileged).toBeUndefined();
    expect(service.image).toMatch(/:(local|v?\d+\.\d+[\w.-]*)$/);
    expect(parseInt(service.stop_grace_period, 10)).toBeGreaterThanOrEqual(40);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(lasting)('%s has a health check', (_name, { healthcheck }) => {
    expect(healthcheck.test[0]).toMatch(/^CMD/);
    expect(healthcheck.disable).toBeUndefined();
  });

  it('waits for services that are healthy and one-shots that have ended, never for a mere start', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const wanted = isOneShot(service(other)) ? 'service_completed_successfully' : 'service_healthy';
        expect([name, other, condition]).toEqual([name, other, wanted]);
      }
    }
    for (const app of ['gateway', 'identity', 'rights', 'relay', 'audit']) {
      expect(Object.keys(service(app).depends_on ?? {}).sort()).toEqual(
        ['eventstore', 'kafka', 'keys', 'migrate', 'postgres', 'topics'].sort(),
      );
    }
  });

  it('connects to every host at a port where it listens', () => {
    const asked = ours.flatMap(([name, { command = [], environment = {} }]) =>
      [...Object.values(environment), ...command]
        .flatMap((value) => [...String(value).matchAll(/(?:https?:\/\/|=)([a-z][a-z-]*):(\d+)/g)])
        .map(([, host = '', port]) => ({ name, host, port: Number(port) })),
    );
    expect(asked.length).toBeGreaterThan(8);
    for (const { name, host, port } of asked) {
      expect({ name, host, port, listens: portsOf(host).includes(port) }).toEqual({ name, host, port, listens: true });
    }
    for (const [name, { environment = {}, ports = [] }] of ours.filter(([, { ports }]) => ports !== undefined)) {
      const inside = ports.map((port) => Number(port.split(':').at(-1)));
      expect([name, inside.filter((port) => !portsOf(name).includes(port)), environment.HOST]).toEqual([
        name,
        [],
        '0.0.0.0',
      ]);
    }
  });

  it('gives the sandbox a loopback, and processor-forwarding its address on it', () => {
    const { environment = {} } = service('processor-forwarding');
    const { environment: ofSandbox = {}, network_mode } = service('processor-sandbox');
    expect(network_mode).toBe('service:processor-forwarding');
    expect(ofSandbox.HOST).toBe('127.0.0.1');
    expect(new URL(environment.PAYSON_URL ?? '').port).toBe(String(ofSandbox.PORT));
    expect(new URL(environment.MONDIDO_URL ?? '').host).toBe(new URL(environment.PAYSON_URL ?? '').host);
  });

  it('gives forwarding every address and credential that it demands, here and in the chart', () => {
    const demanded = Object.values(processorVariables.settings).map(({ variable }) => variable);
    expect(demanded.length).toBeGreaterThanOrEqual(7);
    const { processors } = parse(read('deploy/helm/dittoo/values.yaml'));
    const here = Object.keys(service('processor-forwarding').environment ?? {});
    expect(demanded.filter((name) => !here.includes(name) || !processors.variables.includes(name))).toEqual([]);
  });

  it('gives the signing key to the gateway alone, and mounts volumes of services read-only', () => {
    const mounts = (/** @type {string} */ name) =>
      (service(name).volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
    const holders = services.filter(([name]) => mounts(name).includes('service-signing-key')).map(([name]) => name);
    expect(holders.sort()).toEqual(['gateway', 'keys']);
    for (const [name, { volumes = [] }] of ours.filter(([, service]) => !isOneShot(service))) {
      expect([name, volumes.filter((volume) => !volume.endsWith(':ro'))]).toEqual([name, []]);
    }
  });

  it('mounts files that exist and volumes that it declares', () => {
    const sources = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    const missing = sources.filter((source) =>
      source.startsWith('./') ? !existsSync(join(root, source)) : !(source in compose.volumes),
    );
    expect(missing).toEqual([]);
    const unused = Object.keys(compose.volumes).filter((volume) => !sources.includes(volume));
    expect(unused).toEqual([]);
  });

  it('holds no secret', () => {
    const text = read('docker-compose.yml');
    for (const [, key, value] of text.matchAll(/([A-Z_]*(?:PASSWORD|SECRET|API_KEY))(?:: |=)(\S+)/g)) {
      // The sandbox's passwords give access to nothing else.
      expect([key, value]).toEqual([key, expect.stringMatching(/^\$\{|^sandbox-/)]);
    }
    expect(text).not.toMatch(/:\/\/[^@\s:]+:(?!sandbox-password@127)[^$@\s][^@\s]*@/);
    expect(read('.gitignore').split('\n')).toContain('.env');
  });

  it('lets Prometheus ask every service at its metrics port', () => {
    /** @type {{ scrape_configs: { static_configs: { targets: string[] }[] }[] }} */
    const { scrape_configs } = parse(read('deploy/observability/prometheus.yml'));
    const targets = scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets }) => targets));
    const serving = ours.filter(([, { environment }]) => environment?.METRICS_PORT !== undefined);
    expect(targets.sort()).toEqual(
      serving.map(([name, { environment }]) => `${name}:${environment?.METRICS_PORT}`).sort(),
    );
  });
});
