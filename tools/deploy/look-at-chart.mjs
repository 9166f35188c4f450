/**
 * What schemas cannot say about the rendered chart: `node tools/deploy/look-at-chart.mjs plain.yaml proxy.yaml cilium.yaml`,
 * run by `npm run deploy:check`. Selectors select, ports exist, every pod is held tightly, environment names are read by
 * the program, and who may leave the cluster is who should.
 */
import { deepStrictEqual as same, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { readsVariable, secretVariables } from './settings.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const everywhere = parse(readFileSync(join(root, 'deploy/helm/dittoo/files/egress.yaml'), 'utf8')).endpoints;
const drainSeconds = 25;

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

const selects = ({ matchExpressions = [], matchLabels = {} }, labels) =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
  matchExpressions.every(({ key, operator, values }) => values.includes(labels[key]) === (operator === 'In'));

const heldTightly = ({ component, spec }) => {
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

const lives = ({ component, kind, spec }) => {
  if (kind === 'Job') return;
  const pause = spec.containers[0].lifecycle.preStop.sleep.seconds;
  ok(spec.terminationGracePeriodSeconds > drainSeconds + pause, `${component} is killed while it drains`);
  const names = spec.containers[0].ports.map(({ name }) => name);
  for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    ok(names.includes(spec.containers[0][probe].httpGet.port), `${component} ${probe}`);
  }
};

/** Environment, and the files it names: what is named is mounted, what is mounted is named. */
const configured = ({ component, spec }) => {
  if (component === 'egress-proxy') return;
  const [{ args, env, volumeMounts }] = spec.containers;
  const isRead = readsVariable(args[0]);
  const names = env.map(({ name }) => name);
  same([component, names.length], [component, new Set(names).size]);
  same([component, names.filter((name) => !isRead(name))], [component, []]);
  for (const { name, valueFrom } of env.filter(({ name }) => secretVariables.has(name)))
    ok(valueFrom?.secretKeyRef !== undefined, `${component}: ${name} in the open`);
  const directories = env
    .filter(({ name }) => name.endsWith('_FILE'))
    .map(({ value }) => value.replace(/\/[^/]+$/, ''));
  // The event store's authority is named in its URL, which is a secret.
  const mounted = volumeMounts
    .filter(({ mountPath }) => mountPath.startsWith('/keys') && !mountPath.endsWith('event-store-ca'))
    .map(({ mountPath }) => mountPath);
  same([component, [...new Set(directories)].sort()], [component, mounted.sort()]);
  same(mounted.includes('/keys/service-signing-key'), component === 'gateway');
};

const servicesReach = (objects, pods) => {
  for (const { metadata, spec } of objects.filter(({ kind }) => kind === 'Service')) {
    const chosen = pods.filter(
      ({ kind, labels }) => kind === 'Deployment' && selects({ matchLabels: spec.selector }, labels),
    );
    same([metadata.name, chosen.length], [metadata.name, 1]);
    const ports = chosen[0].spec.containers[0].ports;
    for (const { targetPort } of spec.ports) {
      ok(
        ports.some(({ containerPort, name }) => name === targetPort || containerPort === targetPort),
        metadata.name,
      );
    }
  }
  const names = objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name);
  for (const { component, spec } of pods) {
    for (const { value = '' } of spec.containers[0].env ?? []) {
      const host = /^http:\/\/(shop-[a-z-]+):8080/.exec(value)?.[1];
      ok(host === undefined || names.includes(host), `${component} asks ${host}`);
    }
  }
};

/** Deployments of two and more have a budget, and the other way round. */
const budgeted = (objects, pods) => {
  const least = (name) => {
    const scaler = objects.find(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name === name);
    return scaler?.spec.minReplicas ?? pods.find((pod) => pod.name === name).replicas;
  };
  const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
  const several = pods.filter(({ kind, name }) => kind === 'Deployment' && least(name) >= 2).map(({ name }) => name);
  same(budgets.sort(), several.sort());
  for (const active of ['shop-relay', 'shop-audit']) same([active, least(active)], [active, 2]);
};

const isOutside = ({ ipBlock }) => ipBlock !== undefined;

/** Who may leave the cluster, and at which ports. */
const leaves = (objects, pods, variant) => {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  for (const pod of pods) {
    const own = policies.filter(({ spec }) => selects(spec.podSelector, pod.labels));
    ok(
      own.some(({ spec }) => spec.policyTypes.length === 2 && spec.ingress === undefined && spec.egress === undefined),
      `nothing denies ${pod.component} by default`,
    );
    const out = own.flatMap(({ spec }) => spec.egress ?? []).filter(({ to }) => to === undefined || to.some(isOutside));
    const allowed = { plain: 'processor-forwarding', proxy: 'egress-proxy', cilium: undefined }[variant];
    same([pod.component, out.length > 0], [pod.component, pod.component === allowed]);
    for (const { ports, to } of out) {
      const wanted = everywhere.filter(({ environment }) => variant === 'proxy' || environment === 'live');
      same(ports.map(({ port }) => port).sort(), [...new Set(wanted.map(({ port }) => port))].sort());
      ok(to.every(({ ipBlock }) => ipBlock.except.includes('10.0.0.0/8')));
    }
  }
  const entrances = policies.filter(({ spec }) =>
    spec.ingress?.some(({ from }) => from.some(({ namespaceSelector }) => namespaceSelector)),
  );
  same(entrances.map(({ metadata }) => metadata.name).sort(), ['shop-gateway', 'shop-metrics']);
};

/** By the policies alone: may `from` open a connection to `to` there? Peers by pod only; ports by number or name. */
const mayTalk = (policies, from, to, port) => {
  const rulesOf = (pod, direction) =>
    policies
      .filter(({ spec }) => selects(spec.podSelector, pod.labels) && spec.policyTypes.includes(direction))
      .flatMap(({ spec }) => spec[direction.toLowerCase()] ?? []);
  const named = to.spec?.containers[0].ports?.find(({ containerPort }) => containerPort === port)?.name;
  const allows = (peers, pod) =>
    peers.some(
      ({ podSelector, namespaceSelector }) => podSelector && !namespaceSelector && selects(podSelector, pod.labels),
    );
  const at = ({ ports }) => ports.some((allowed) => allowed.port === port || allowed.port === named);
  const out = rulesOf(from, 'Egress').some((rule) => at(rule) && allows(rule.to, to));
  return out && (to.isElsewhere === true || rulesOf(to, 'Ingress').some((rule) => at(rule) && allows(rule.from, from)));
};

const neighbours = (objects, pods, variant) => {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
  const elsewhere = (labels) => ({ labels, isElsewhere: true });
  const database = elsewhere({ 'cnpg.io/cluster': 'dittoo-postgres' });
  const brokers = elsewhere({ 'strimzi.io/cluster': 'dittoo' });
  const find = (component) => pods.find((pod) => pod.component === component);
  const services = pods.filter(({ component, kind }) => kind === 'Deployment' && component !== 'egress-proxy');
  const talk = (from, to, port) => mayTalk(policies, from, to, port);
  for (const pod of pods.filter(({ component }) => component !== 'egress-proxy')) {
    same([pod.component, talk(pod, database, 5432), talk(pod, brokers, 9093)], [pod.component, true, true]);
  }
  for (const from of services) {
    for (const to of services.filter((other) => other !== from)) {
      const wanted = from.component === 'gateway' || to.component === 'identity';
      if (to.component !== 'gateway')
        same([from.component, to.component, talk(from, to, 8080)], [from.component, to.component, wanted]);
      else ok(!talk(from, to, 8080), `${from.component} reaches the gateway from behind`);
    }
  }
  if (variant !== 'proxy') return;
  const proxy = find('egress-proxy');
  same(
    services.filter((pod) => talk(pod, proxy, 10_443)).map(({ component }) => component),
    ['processor-forwarding'],
  );
  ok(!talk(proxy, database, 5432));
};

const byName = (objects, variant) => {
  const live = everywhere.filter(({ environment }) => environment === 'live');
  if (variant === 'cilium') {
    const { spec } = objects.find(({ kind }) => kind === 'CiliumNetworkPolicy');
    same(spec.endpointSelector.matchLabels['app.kubernetes.io/component'], 'processor-forwarding');
    const rules = spec.egress.filter(({ toFQDNs }) => toFQDNs !== undefined);
    same(
      rules.map(({ toFQDNs, toPorts }) => `${toFQDNs[0].matchName}:${toPorts[0].ports[0].port}`),
      live.map(({ host, port }) => `${host}:${port}`),
    );
  }
  if (variant === 'proxy') {
    const { data } = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('egress-proxy'),
    );
    const servers = [...data['haproxy.cfg'].matchAll(/server there (\S+)/g)].map(([, server]) => server);
    same(
      servers,
      everywhere.map(({ host, port }) => `${host}:${port}`),
    );
    const forwarding = podsOf(objects).find(({ component }) => component === 'processor-forwarding');
    const { spec } = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name.endsWith('egress-proxy'));
    const { value } = forwarding.spec.containers[0].env.find(({ name }) => name === 'EGRESS_PROXY_ADDRESS');
    same(value, spec.clusterIP);
    const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
    same(rule.spec, parse(readFileSync(join(root, 'deploy/helm/dittoo/files/alerts.yaml'), 'utf8')));
    const dashboard = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('dashboard'));
    ok(JSON.parse(dashboard.data['dittoo.json']).panels.length > 20);
  }
};

for (const file of process.argv.slice(2)) {
  const variant = basename(file, '.yaml');
  const objects = parseAllDocuments(readFileSync(file, 'utf8'))
    .map((document) => document.toJS())
    .filter((object) => object !== null);
  const pods = podsOf(objects);
  same(new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).size, objects.length);
  for (const pod of pods) {
    heldTightly(pod);
    lives(pod);
    configured(pod);
  }
  servicesReach(objects, pods);
  budgeted(objects, pods);
  leaves(objects, pods, variant);
  neighbours(objects, pods, variant);
  byName(objects, variant);
  console.log(`   ${variant}: looked at ${objects.length} objects`);
}
