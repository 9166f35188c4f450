/**
 * The rules between packages, and those for every file. One planted offence per rule, which the lint must report, and
 * beside it what the same rule lets pass. A new rule brings its probe.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { manifestObjections } from './constraints.mjs';
import {
  dynamicImportOf,
  importedTypeOf,
  importOf,
  importTypeOf,
  reexportOf,
  probe,
  project,
  projects,
} from './probe.mjs';
import { workspaceRoot } from './projects.mjs';
import { isTestFile, leftOutOfCode, testFilePatterns } from './test-files.mjs';

probe([
  {
    rule: 'a lib knows the kernel and no other lib',
    report: 'may import scope:kernel only',
    forbidden: [
      ['libs/projections/src/runner.ts', importOf('@dittoo/messaging')],
      ['libs/projections/src/runner.ts', importTypeOf('@dittoo/messaging')],
      ['libs/projections/src/runner.ts', reexportOf('@dittoo/messaging')],
      ['libs/projections/src/runner.ts', dynamicImportOf('@dittoo/messaging')],
      ['libs/projections/src/runner.ts', importedTypeOf('@dittoo/messaging')],
      ['libs/contracts/src/order.events.ts', importOf('@dittoo/service')],
      ['libs/service/src/context.ts', importOf('@dittoo/platform')],
    ],
    allowed: [
      ['libs/projections/src/runner.ts', importOf('@dittoo/kernel')],
      ['libs/projections/src/runner.ts', dynamicImportOf('@dittoo/kernel')],
    ],
  },
  {
    rule: 'the kernel imports no package',
    report: 'may import no package only',
    forbidden: [['libs/kernel/src/clock.ts', importOf('@dittoo/contracts')]],
    allowed: [['libs/kernel/src/clock.ts', importOf('uuid')]],
  },
  {
    rule: 'platform composes the adapters, and no other lib does',
    report: 'may import scope:kernel only',
    forbidden: [
      ['libs/service/src/context.ts', importOf('@dittoo/database')],
      ['libs/database/src/pools.ts', importOf('@dittoo/platform')],
    ],
    allowed: [
      ['libs/platform/src/adapters.ts', importOf('@dittoo/event-store')],
      ['libs/platform/src/adapters.ts', importOf('@dittoo/personal-data')],
    ],
  },
  {
    rule: 'libs/testing knows kernel and database',
    report: 'may import scope:kernel, scope:database only',
    forbidden: [['libs/testing/src/fixtures.ts', importOf('@dittoo/event-store')]],
    allowed: [['libs/testing/src/fixtures.ts', importOf('@dittoo/database')]],
  },
  {
    rule: 'libs/testing is imported by specs only',
    report: 'specs only',
    forbidden: [
      ['apps/consent/src/consent/consent.controller.ts', importOf('@dittoo/testing')],
      ['libs/event-store/src/postgres.ts', importOf('@dittoo/testing')],
    ],
    allowed: [
      ['apps/consent/src/consent/consent.decider.spec.ts', importOf('@dittoo/testing')],
      ['libs/event-store/src/event-store.contract.ts', importOf('@dittoo/testing')],
    ],
  },
  {
    rule: 'what a package exports as testing is imported by specs only',
    report: /by specs only|made for specs/,
    forbidden: [
      ['apps/consent/src/consent.module.ts', importOf('@dittoo/platform/testing')],
      ['apps/standalone/src/standalone.ts', importOf('./e2e/shop-process.js')],
      ['libs/platform/src/parts/platform.ts', importOf('../test-service.fixture.js')],
      ['libs/event-store/src/postgres.ts', importOf('./event-store.contract.js')],
    ],
    allowed: [
      ['apps/consent/src/consent/consent.int.spec.ts', importOf('@dittoo/platform/testing')],
      ['libs/platform/src/parts/platform.int.spec.ts', importOf('../test-service.fixture.js')],
      ['libs/platform/src/test-service.fixture.ts', importOf('@dittoo/testing')],
      ['libs/event-store/src/postgres.int.spec.ts', importOf('./event-store.contract.js')],
    ],
  },
  {
    rule: 'what is imported is named in package.json',
    report: 'package.json does not name',
    forbidden: [
      ['apps/order/src/order/order.controller.ts', importOf('@dittoo/personal-data')],
      ['apps/order/src/order/order.int.spec.ts', importOf('@dittoo/event-store')],
    ],
    allowed: [['apps/consent/src/consent/consent.controller.ts', importOf('@dittoo/processor-register')]],
  },
  {
    rule: 'an app never imports an app',
    report: 'Only standalone imports an app',
    forbidden: [
      ['apps/order/src/order.module.ts', importOf('@dittoo/consent')],
      ['apps/order/src/order.e2e.spec.ts', importOf('@dittoo/consent')],
      ['apps/gateway/src/gateway.module.ts', importTypeOf('@dittoo/identity')],
      ['libs/platform/src/adapters.ts', importOf('@dittoo/relay')],
      ['apps/processor-forwarding/src/payment/payson.adapter.ts', importOf('@dittoo/processor-sandbox')],
    ],
    allowed: [
      ['apps/standalone/src/standalone.module.ts', importOf('@dittoo/consent')],
      ['apps/processor-forwarding/src/payment/payson.int.spec.ts', importOf('@dittoo/processor-sandbox')],
    ],
  },
  {
    rule: 'gateway and console see kernel, contracts, service and platform, and the gateway the HTML of the register',
    report: /may import scope:kernel, scope:contracts, scope:service, scope:platform(, scope:processor-register)? only/,
    forbidden: [
      ['apps/gateway/src/gateway.module.ts', importOf('@dittoo/personal-data')],
      ['apps/console/src/console.module.ts', importOf('@dittoo/event-store')],
    ],
    allowed: [
      ['apps/gateway/src/gateway.module.ts', importOf('@dittoo/platform')],
      ['apps/console/src/console.module.ts', importOf('@dittoo/contracts')],
    ],
  },
  {
    rule: 'the relay never sees personal-data',
    report: 'relay never sees personal-data',
    forbidden: [
      ['apps/relay/src/relay.module.ts', importOf('@dittoo/personal-data')],
      ['apps/relay-imagined/src/relay.spec.ts', importOf('@dittoo/personal-data')],
    ],
    allowed: [['apps/relay-imagined/src/relay.module.ts', importOf('@dittoo/projections')]],
  },
  {
    rule: 'an import takes the shortest path',
    report: 'shortest path',
    forbidden: [
      ['apps/consent/src/policy/policy.controller.ts', importOf('../person/../consent/consent.query.js')],
      ['apps/consent/src/policy/policy.controller.ts', importOf('./../consent/consent.query.js')],
      ['libs/database/src/embedded/supervisor.ts', importOf('./../pools.js')],
    ],
    allowed: [['libs/database/src/embedded/supervisor.ts', importOf('../pools.js')]],
  },
  {
    rule: 'the event-store client is imported in libs/event-store only',
    report: 'libs/event-store only',
    forbidden: [
      ['apps/audit/src/audit.module.ts', importOf('@eventstore/db-client')],
      ['libs/platform/src/adapters.ts', dynamicImportOf('@eventstore/db-client')],
      ['libs/testing/src/fixtures.ts', importOf('@eventstore/db-client')],
    ],
    allowed: [
      ['libs/event-store/src/eventstoredb.ts', importOf('@eventstore/db-client')],
      ['apps/event-store-sandbox/src/messages.ts', importOf('@eventstore/db-client/generated/streams_pb.js')],
    ],
  },
  {
    rule: 'the Kafka client is imported in libs/messaging only',
    report: 'libs/messaging only',
    forbidden: [
      ['apps/relay/src/relay.module.ts', importOf('kafkajs')],
      ['libs/event-store/src/postgres.ts', importTypeOf('kafkajs')],
      ['apps/relay/src/relay.int.spec.ts', importOf('kafkajs')],
    ],
    allowed: [['libs/messaging/src/kafka-publisher.ts', importOf('kafkajs')]],
  },
  {
    rule: "a lib's index.ts is not imported from inside",
    report: 'An index.ts is for other packages',
    forbidden: [
      ['libs/kernel/src/leaf.ts', importOf('./index.js')],
      ['libs/kernel/src/leaf.spec.ts', importOf('./index.js')],
      ['libs/database/src/embedded/supervisor.ts', importOf('../index.js')],
      ['libs/database/src/embedded/supervisor.ts', importOf('..')],
    ],
    allowed: [
      ['libs/kernel/src/leaf.ts', importOf('./event.js')],
      ['libs/kernel/src/leaf.ts', importOf('./index-of-leaves.js')],
    ],
  },
  {
    rule: 'a package does not import itself by name',
    report: 'does not import itself',
    forbidden: [['libs/kernel/src/leaf.ts', importOf('@dittoo/kernel')]],
    allowed: [['libs/kernel/src/leaf.ts', importOf('./event.js')]],
  },
  {
    rule: 'packages meet by name',
    report: 'Import another package by its name',
    forbidden: [
      ['apps/order/src/order.module.ts', importOf('../../consent/src/consent.module.js')],
      ['apps/order/src/order.spec.ts', importOf('../../../libs/kernel/dist/index.js')],
    ],
    allowed: [['apps/order/src/order.module.ts', importOf('@dittoo/kernel')]],
  },
  {
    rule: 'apps have no barrels',
    report: 'Apps have no barrels',
    forbidden: [
      ['apps/order/src/index.ts', 'export const y = 1;'],
      ['apps/order/src/order/index.ts', 'export const y = 1;'],
    ],
    allowed: [['libs/kernel/src/index.ts', 'export const y = 1;']],
  },
  {
    rule: 'process.env is handed in by main.ts',
    report: 'The environment is handed in',
    forbidden: [
      ['apps/order/src/order.module.ts', 'export const y = process.env.PORT;'],
      ['apps/order/src/order/order.controller.ts', "export const y = process['env'];"],
      ['apps/order/src/order/order.controller.ts', 'export const { env } = process;'],
      ['apps/order/src/order/order.controller.ts', "import { env } from 'node:process';\nexport const y = env;"],
      ['libs/service/src/service.module.ts', 'export const y = globalThis.process.env;'],
      ['libs/platform/src/adapters.ts', 'export const y = process.env.DATA_DIR;'],
      ['apps/order/src/order.config.ts', 'export const y = process.env.PORT;'],
      ['apps/order/src/order.config.ts', "import { env } from 'node:process';\nexport const y = env;"],
      ['libs/platform/src/config/platform.config.ts', 'export const y = process.env.DATA_DIR;'],
    ],
    allowed: [
      ['apps/order/src/main.ts', 'export const y = process.env.PORT;'],
      ['apps/standalone/src/migrate.ts', 'export const y = process.env;'],
      ['libs/testing/src/global-setup.ts', 'export const y = process.env.DATABASE_URL;'],
      ['apps/order/src/order.int.spec.ts', 'export const y = process.env.DATABASE_URL;'],
      ['tools/start.mjs', 'export const y = process.env.PORT;'],
      ['apps/order/src/order.module.ts', 'export const y = process.pid;'],
    ],
  },
  {
    rule: 'no file is called utils, common, shared, helpers, core or types',
    report: 'a file is named after what it is about',
    forbidden: [
      ['libs/kernel/src/utils.ts', 'export const y = 1;'],
      ['libs/kernel/src/string-helpers.ts', 'export const y = 1;'],
      ['apps/order/src/order/types.ts', 'export const y = 1;'],
      ['apps/order/src/order/common.spec.ts', 'export const y = 1;'],
      ['apps/order/src/shared/money.ts', 'export const y = 1;'],
      ['apps/order/src/core/order.ts', 'export const y = 1;'],
      ['tools/common.mjs', 'export const y = 1;'],
    ],
    allowed: [
      ['libs/kernel/src/event-types-of-orders.ts', 'export const y = 1;'],
      ['libs/kernel/src/score.ts', 'export const y = 1;'],
    ],
  },
  {
    rule: 'no class or interface is a Manager, an Impl, a Base or an I',
    report: 'say what it is',
    forbidden: ['OrderManager', 'OrderStoreImpl', 'BaseController', 'IOrderStore'].flatMap((name) => [
      ['libs/kernel/src/order.ts', `export class ${name} {}`],
      ['apps/order/src/order/order.decider.ts', `export interface ${name} { id: string }`],
    ]),
    allowed: ['Order', 'Baseline', 'Identity', 'IpAddress', 'IOError'].map((name) => [
      'libs/kernel/src/order.ts',
      `export class ${name} {}`,
    ]),
  },
  {
    rule: 'an import can be read where it stands',
    report: 'Import by a name',
    forbidden: [['libs/platform/src/adapters.ts', 'export const y = async (x: string) => await import(x);']],
    allowed: [['libs/platform/src/adapters.ts', "export const y = async () => await import('@dittoo/messaging');"]],
  },
  {
    rule: 'an app is no deeper than src/<folder>/<file>',
    report: 'Depth ends',
    forbidden: [['apps/order/src/order/refunds/refund.decider.ts', 'export const y = 1;']],
    allowed: [
      ['apps/order/src/order/refund.decider.ts', 'export const y = 1;'],
      ['apps/console/src/account/orders/table.tsx', 'export const y = 1;'],
    ],
  },
]);

describe('what only tests need', () => {
  /** @param {string} name @returns {string[]} */
  const referencesOf = (name) =>
    JSON.parse(readFileSync(join(workspaceRoot, name), 'utf8')).references.map(
      (/** @type {{ path: string }} */ { path }) => path,
    );

  it('is left out of the build of the code, and is all that the build of the specs takes', () =>
    expect(leftOutOfCode).toEqual(testFilePatterns));

  it.each([
    'order/order.decider.spec.ts',
    'order.properties.spec.js',
    'delivery.contract.ts',
    'kafka.fixture.d.ts',
    'e2e/shop-process.js.map',
  ])('is %s', (path) => expect(isTestFile(path)).toBe(true));

  it.each(['order/order.decider.ts', 'decider-spec.js', 'contracts.ts', 'inspection.http.js', 'e2e.ts'])(
    'is not %s',
    (path) => expect(isTestFile(path)).toBe(false),
  );

  it('is built with every package that has some; the code is built without libs/testing', () => {
    const roots = (/** @type {typeof projects} */ some) => some.map(({ root }) => root).sort();
    expect(referencesOf('tsconfig.json').sort()).toEqual(
      roots(projects.filter(({ name }) => !['testing', 'tools'].includes(name))),
    );
    expect(referencesOf('tsconfig.spec.json').sort()).toEqual(
      [
        './tsconfig.json',
        'tools',
        ...roots(projects.filter((it) => it.hasTestFiles)).map((it) => `${it}/tsconfig.spec.json`),
      ].sort(),
    );
  });
});

describe('the manifests keep the same rules', () => {
  it('as they stand', () => expect(manifestObjections(projects)).toEqual([]));

  /** @param {Partial<import('./projects.mjs').Project>} relay */
  const withRelay = (relay) => [
    ...projects.filter(({ name }) => name !== 'relay'),
    { ...project('relay'), devDependencies: ['testing'], specReferences: ['itself', 'testing'], ...relay },
  ];

  it('reports it when one names a package it may not import', () =>
    expect(manifestObjections(withRelay({ dependencies: ['personal-data'], references: ['personal-data'] }))).toEqual([
      'relay -> personal-data: relay never sees personal-data.',
    ]));

  it('reports it when tsconfig.json builds something else', () =>
    expect(manifestObjections(withRelay({ dependencies: ['kernel'], references: [] }))).toEqual([
      'relay: package.json names kernel, tsconfig.json references ',
    ]));

  it('reports it when tsconfig.spec.json builds something else', () =>
    expect(
      manifestObjections(withRelay({ dependencies: ['kernel'], references: ['kernel'], specReferences: [] })),
    ).toEqual(['relay: tsconfig.spec.json should reference itself, testing, it references ']));

  it('reports it when tsconfig.spec.json does not build the test support of a package it names', () =>
    expect(
      manifestObjections(
        withRelay({ dependencies: ['platform'], references: ['platform'], specReferences: ['itself', 'testing'] }),
      ),
    ).toEqual([
      'relay: tsconfig.spec.json should reference itself, platform/tsconfig.spec.json, testing, it references itself, testing',
    ]));

  it('reports it when a package carries no tags', () =>
    expect(() => manifestObjections(withRelay({ tags: [] }))).toThrow('nx.tags'));
});
