/**
 * What schemas cannot say about the rendered chart: `node tools/deploy/check-chart.mjs plain.yaml proxy.yaml cilium.yaml`,
 * run by `npm run deploy:check`. Selectors select, ports exist, every pod is restricted, environment names are read by
 * the program, and only the intended pods may connect to hosts outside the cluster.
 */
import { deepStrictEqual as same, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { connectionsFit, everyClusterIsBackedUp } from './check-database.mjs';
import { readsVariable, secretVariables } from './settings.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** @type {{ host: string, port: number, environment: string }[]} */
const everywhere = parse(readFileSync(join(root, 'deploy/helm/dittoo/files/egress.yaml'), 'utf8')).endpoints;
const drainSeconds = 25;

/**
 * An object of Kubernetes as it was rendered. Its shape was checked by the published schemas before.
 *
 * @typedef {any} KubernetesObject
 */
/** @typedef {Record<string, string>} Labels */
/** @typedef {{ name: string, value?: string, valueFrom?: { secretKeyRef?: object } }} EnvironmentVariable */
/**
 * @typedef {object} Pod
 * @property {'Deployment' | 'Job'} kind
 * @property {string} name
 * @property {string} component
 * @property {Labels} labels
 * @property {any} spec
 * @property {number} replicas
 */
/** @typedef {{ labels: Labels, spec?: any, isOfOtherChart?: true }} Peer a pod, or one that another chart runs */
/** @typedef {{ matchLabels?: Labels, matchExpressions?: { key: string, operator: string, values: string[] }[] }} Selector */
/** @typedef {{ ports: { port: number | string }[], to?: any[], from?: any[] }} PolicyRule */
/** @typedef {{ metadata: { name: string }, spec: { podSelector: Selector, policyTypes: string[], ingress?: PolicyRule[], egress?: PolicyRule[] } }} Policy */
/** @typedef {'plain' | 'proxy' | 'cilium'} Variant */

/** @type {(objects: readonly KubernetesObject[], kind: string) => KubernetesObject[]} */
const ofKind = (objects, kind) => objects.filter((object) => object.kind === kind);

/** The object of this kind, with a name that ends so. @type {(objects: readonly KubernetesObject[], kind: string, ending?: string) => KubernetesObject} */
const one = (objects, kind, ending = '') => {
  const [object] = ofKind(objects, kind).filter(({ metadata }) => metadata.name.endsWith(ending));
  ok(object !== undefined, `there is no ${kind} ${ending}`);
  return object;
};

/** @type {(objects: readonly KubernetesObject[]) => Pod[]} */
const podsOf = (objects) =>
  objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map(({ kind, metadata, spec }) => ({
      kind,
      name: metadata.name,
      component: spec.template.metadata.labels['app.kubernetes.io/component'],
      labels: spec.template.metadata.labels,
      spec: spec.template.spec,
      replicas: spec.replicas,
    }));

/** @type {(selector: Selector, labels: Labels) => boolean} */
const selects = ({ matchExpressions = [], matchLabels = {} }, labels) =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values }) => values.includes(labels[key] ?? '') === (operator === 'In'));

/** @type {(pod: Pod) => void} */
const restricted = ({ component, spec }) => {
  same([component, spec.automountServiceAccountToken, spec.enableServiceLinks], [component, false, false]);
  ok(spec.securityContext.runAsNonRoot && spec.securityContext.runAsUser > 0, component);
  same(spec.securityContext.seccompProfile, { type: 'RuntimeDefault' });
  for (const { image, resources, securityContext } of spec.containers) {
    same(securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    ok(/(:[\w.-]*\d[\w.-]*|@sha256:[0-9a-f]{64})$/.test(image) && !image.endsWith(':latest'), image);
    ok(resources.limits.memory !== undefined && resources.requests.cpu !== undefined, component);
  }
};

/** @type {(pod: Pod) => void} */
const isProbed = ({ component, kind, spec }) => {
  if (kind === 'Job') return;
  const pause = spec.containers[0].lifecycle.preStop.sleep.seconds;
  ok(spec.terminationGracePeriodSeconds > drainSeconds + pause, `${component} is killed while it drains`);
  const names = spec.containers[0].ports.map((/** @type {{ name: string }} */ { name }) => name);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    ok(names.includes(spec.containers[0][probe].httpGet.port), `${component} ${probe}`);
  }
};

/**
 * Environment, and the files it names: what is named is mounted, what is mounted is named.
 *
 * @type {(pod: Pod) => void}
 */
const configured = ({ component, spec }) => {
  if (component === 'egress-proxy') return;
  /** @type {{ args: [string, ...string[]], env: EnvironmentVariable[], volumeMounts: { mountPath: string }[] }} */
  const { args, env, volumeMounts } = spec.containers[0];
  const isRead = readsVariable(args[0]);
  const names = env.map(({ name }) => name);
  same([component, names.length], [component, new Set(names).size]);
  same([component, names.filter((name) => !isRead(name))], [component, []]);
  for (const { name, valueFrom } of env.filter(({ name }) => secretVariables.has(name)))
    ok(valueFrom?.secretKeyRef !== undefined, `${component}: ${name} in the open`);
  const directories = env
    .filter(({ name }) => name.endsWith('_FILE'))
    .map(({ value = '' }) => value.replace(/\/[^/]+$/, ''));
  // The event store's authority is named in its URL, which is a secret.
  const mounted = volumeMounts
    .filter(({ mountPath }) => mountPath.startsWith('/keys') && !mountPath.endsWith('event-store-ca'))
    .map(({ mountPath }) => mountPath);
  same([component, [...new Set(directories)].sort()], [component, mounted.sort()]);
  same(mounted.includes('/keys/service-signing-key'), component === 'gateway');
};

/** @type {(objects: readonly KubernetesObject[], pods: readonly Pod[]) => void} */
const servicesReach = (objects, pods) => {
  for (const { metadata, spec } of ofKind(objects, 'Service')) {
    const chosen = pods.filter(
      ({ kind, labels }) => kind === 'Deployment' && selects({ matchLabels: spec.selector }, labels),
    );
    same([metadata.name, chosen.length], [metadata.name, 1]);
    /** @type {{ containerPort: number, name: string }[]} */
    const ports = chosen[0]?.spec.containers[0].ports;
    for (const { targetPort } of spec.ports) {
      ok(
        ports.some(({ containerPort, name }) => name === targetPort || containerPort === targetPort),
        metadata.name,
      );
    }
  }
  const names = ofKind(objects, 'Service').map(({ metadata }) => metadata.name);
  for (const { component, spec } of pods) {
    for (const { value = '' } of spec.containers[0].env ?? []) {
      const host = /^http:\/\/(shop-[a-z-]+):8080/.exec(value)?.[1];
      ok(host === undefined || names.includes(host), `${component} asks ${host}`);
    }
  }
};

/**
 * Deployments of two and more have a budget, and the other way round.
 *
 * @type {(objects: readonly KubernetesObject[], pods: readonly Pod[]) => void}
 */
const budgeted = (objects, pods) => {
  /** @param {string} name @returns {number} */
  const least = (name) => {
    const scaler = ofKind(objects, 'HorizontalPodAutoscaler').find(({ metadata }) => metadata.name === name);
    return scaler?.spec.minReplicas ?? pods.find((pod) => pod.name === name)?.replicas;
  };
  const budgets = ofKind(objects, 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
  const several = pods.filter(({ kind, name }) => kind === 'Deployment' && least(name) >= 2).map(({ name }) => name);
  same(budgets.sort(), several.sort());
  for (const active of ['shop-relay', 'shop-audit']) same([active, least(active)], [active, 2]);
};

const isOutside = (/** @type {{ ipBlock?: object }} */ { ipBlock }) => ipBlock !== undefined;

/**
 * Which pods may connect to hosts outside the cluster, and at which ports.
 *
 * @type {(objects: readonly KubernetesObject[], pods: readonly Pod[], variant: Variant) => void}
 */
const limitsEgress = (objects, pods, variant) => {
  /** @type {Policy[]} */
  const policies = ofKind(objects, 'NetworkPolicy');
  for (const pod of pods) {
    const own = policies.filter(({ spec }) => selects(spec.podSelector, pod.labels));
    ok(
      own.some(({ spec }) => spec.policyTypes.length === 2 && spec.ingress === undefined && spec.egress === undefined),
      `nothing denies ${pod.component} by default`,
    );
    const out = own.flatMap(({ spec }) => spec.egress ?? []).filter(({ to }) => to === undefined || to.some(isOutside));
    const allowed = { plain: 'processor-forwarding', proxy: 'egress-proxy', cilium: undefined }[variant];
    same([pod.component, out.length > 0], [pod.component, pod.component === allowed]);
    for (const { ports, to = [] } of out) {
      const wanted = everywhere.filter(({ environment }) => variant === 'proxy' || environment === 'live');
      same(ports.map(({ port }) => port).sort(), [...new Set(wanted.map(({ port }) => port))].sort());
      ok(to.every(({ ipBlock }) => ipBlock.except.includes('10.0.0.0/8')));
    }
  }
  const entrances = policies.filter(({ spec }) =>
    spec.ingress?.some(({ from = [] }) => from.some(({ namespaceSelector }) => namespaceSelector)),
  );
  same(entrances.map(({ metadata }) => metadata.name).sort(), ['shop-gateway', 'shop-metrics']);
};

/**
 * By the policies alone: may `from` connect to `to` at this port? Peers by pod only; ports by number or name.
 *
 * @type {(policies: readonly Policy[], from: Peer, to: Peer, port: number) => boolean}
 */
const mayConnect = (policies, from, to, port) => {
  /** @type {(pod: Peer, direction: 'Ingress' | 'Egress') => PolicyRule[]} */
  const rulesOf = (pod, direction) =>
    policies
      .filter(({ spec }) => selects(spec.podSelector, pod.labels) && spec.policyTypes.includes(direction))
      .flatMap(({ spec }) => (direction === 'Ingress' ? spec.ingress : spec.egress) ?? []);
  const named = to.spec?.containers[0].ports?.find(
    (/** @type {{ containerPort: number }} */ { containerPort }) => containerPort === port,
  )?.name;
  /** @type {(peers: readonly { podSelector?: Selector, namespaceSelector?: Selector }[], pod: Peer) => boolean} */
  const allows = (peers, pod) =>
    peers.some(
      ({ podSelector, namespaceSelector }) => podSelector && !namespaceSelector && selects(podSelector, pod.labels),
    );
  const at = (/** @type {PolicyRule} */ { ports }) =>
    ports.some((allowed) => allowed.port === port || allowed.port === named);
  const out = rulesOf(from, 'Egress').some((rule) => at(rule) && allows(rule.to ?? [], to));
  return (
    out &&
    (to.isOfOtherChart === true || rulesOf(to, 'Ingress').some((rule) => at(rule) && allows(rule.from ?? [], from)))
  );
};

/** @type {(objects: readonly KubernetesObject[], pods: readonly Pod[], variant: Variant) => void} */
const connectionsInside = (objects, pods, variant) => {
  /** @type {Policy[]} */
  const policies = ofKind(objects, 'NetworkPolicy');
  /** @type {(labels: Labels) => Peer} */
  const ofOtherChart = (labels) => ({ labels, isOfOtherChart: true });
  const database = ofOtherChart({ 'cnpg.io/cluster': 'dittoo-postgres' });
  const brokers = ofOtherChart({ 'strimzi.io/cluster': 'dittoo' });
  const services = pods.filter(({ component, kind }) => kind === 'Deployment' && component !== 'egress-proxy');
  /** @type {(from: Peer, to: Peer, port: number) => boolean} */
  const connects = (from, to, port) => mayConnect(policies, from, to, port);
  for (const pod of pods.filter(({ component }) => component !== 'egress-proxy')) {
    same([pod.component, connects(pod, database, 5432), connects(pod, brokers, 9093)], [pod.component, true, true]);
  }
  for (const from of services) {
    for (const to of services.filter((other) => other !== from)) {
      const wanted = from.component === 'gateway' || to.component === 'identity';
      if (to.component !== 'gateway')
        same([from.component, to.component, connects(from, to, 8080)], [from.component, to.component, wanted]);
      else ok(!connects(from, to, 8080), `${from.component} reaches the gateway from behind`);
    }
  }
  if (variant !== 'proxy') return;
  const proxy = pods.find(({ component }) => component === 'egress-proxy');
  if (proxy === undefined) throw new Error('there is no egress proxy');
  same(
    services.filter((pod) => connects(pod, proxy, 10_443)).map(({ component }) => component),
    ['processor-forwarding'],
  );
  ok(!connects(proxy, database, 5432));
};

/** @type {(objects: readonly KubernetesObject[], variant: Variant) => void} */
const egressByName = (objects, variant) => {
  const live = everywhere.filter(({ environment }) => environment === 'live');
  if (variant === 'cilium') {
    const { spec } = one(objects, 'CiliumNetworkPolicy');
    same(spec.endpointSelector.matchLabels['app.kubernetes.io/component'], 'processor-forwarding');
    /** @type {any[]} */
    const rules = spec.egress.filter((/** @type {any} */ { toFQDNs }) => toFQDNs !== undefined);
    same(
      rules.map(({ toFQDNs, toPorts }) => `${toFQDNs[0].matchName}:${toPorts[0].ports[0].port}`),
      live.map(({ host, port }) => `${host}:${port}`),
    );
  }
  if (variant === 'proxy') {
    const { data } = one(objects, 'ConfigMap', 'egress-proxy');
    const servers = [...data['haproxy.cfg'].matchAll(/server there (\S+)/g)].map(([, server]) => server);
    same(
      servers,
      everywhere.map(({ host, port }) => `${host}:${port}`),
    );
    const forwarding = podsOf(objects).find(({ component }) => component === 'processor-forwarding');
    const { spec } = one(objects, 'Service', 'egress-proxy');
    /** @type {EnvironmentVariable[]} */
    const env = forwarding?.spec.containers[0].env;
    same(env.find(({ name }) => name === 'EGRESS_PROXY_ADDRESS')?.value, spec.clusterIP);
    const rule = one(objects, 'PrometheusRule');
    same(rule.spec, parse(readFileSync(join(root, 'deploy/helm/dittoo/files/alerts.yaml'), 'utf8')));
    const dashboard = one(objects, 'ConfigMap', 'dashboard');
    ok(JSON.parse(dashboard.data['dittoo.json']).panels.length > 20);
  }
};

everyClusterIsBackedUp();
for (const file of process.argv.slice(2)) {
  const variant = /** @type {Variant} */ (basename(file, '.yaml'));
  const objects = parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS())
    .filter((object) => object !== null);
  const pods = podsOf(objects);
  same(new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size, objects.length);
  for (const pod of pods) {
    restricted(pod);
    isProbed(pod);
    configured(pod);
  }
  servicesReach(objects, pods);
  budgeted(objects, pods);
  connectionsFit(objects, pods);
  limitsEgress(objects, pods, variant);
  connectionsInside(objects, pods, variant);
  egressByName(objects, variant);
  console.log(`   ${variant}: checked ${objects.length} objects`);
}
