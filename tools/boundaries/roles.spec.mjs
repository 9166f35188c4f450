/**
 * The rules inside an app: who may import whom by the table of folders, and what the name of a file promises. One
 * planted offence per rule, which the lint must report, and beside it what the same rule lets pass.
 */
import {
  dynamicImportOf,
  handling,
  handlingUntyped,
  importedTypeOf,
  importOf,
  importTypeOf,
  reexportOf,
  probe,
} from './probe.mjs';

probe([
  {
    rule: "in audit only the officer's query opens what is sealed",
    report: "only the officer's query",
    forbidden: [
      ['apps/audit/src/seal/verification.ts', "import { Sealer } from '@dittoo/kernel';\nexport const y = Sealer;"],
      ['apps/audit/src/audit.module.ts', "import type { Sealer } from '@dittoo/kernel';\nexport type Y = Sealer;"],
      ['apps/audit/src/main.ts', "import * as kernel from '@dittoo/kernel';\nexport const y = kernel;"],
      ['apps/audit-imagined/src/seal/tree.ts', importOf('@dittoo/personal-data')],
    ],
    allowed: [
      ['apps/audit/src/trail/trail.query.ts', "import { Sealer } from '@dittoo/kernel';\nexport const y = Sealer;"],
      ['apps/audit-imagined/src/trail/trail.query.ts', importOf('@dittoo/personal-data')],
      ['apps/audit/src/seal/verification.ts', "import { leafOf } from '@dittoo/kernel';\nexport const y = leafOf;"],
      [
        'apps/audit-imagined/src/seal/key.ts',
        "import { KeyEncryption } from '@dittoo/personal-data';\nexport const y = KeyEncryption;",
      ],
      ['apps/audit/src/seal/tree.ts', "import { nodeHash } from '../merkle/hashing.js';\nexport const y = nodeHash;"],
    ],
  },
  {
    rule: 'a calculation sees node:crypto and its own folder',
    report: 'A calculation sees',
    forbidden: [
      ['apps/audit/src/merkle/proof.ts', importOf('@dittoo/kernel')],
      ['apps/audit/src/merkle/proof.ts', "import { y } from '../seal/tree.js';\nexport const z = y;"],
      ['apps/audit/src/merkle/proof.ts', "import { y } from '../audit.config.js';\nexport const z = y;"],
    ],
    allowed: [
      ['apps/audit/src/merkle/proof.ts', "import { nodeHash } from './hashing.js';\nexport const y = nodeHash;"],
      ['apps/audit/src/merkle/hashing.ts', "import { createHash } from 'node:crypto';\nexport const y = createHash;"],
    ],
  },
  {
    rule: 'a decider sees kernel, contracts and its own folder',
    report: 'decider',
    forbidden: [
      ['apps/consent/src/consent/consent.decider.ts', importOf('@nestjs/common')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('typeorm')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('node:crypto')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('fs')],
      ['apps/consent/src/consent/consent.decider.ts', importTypeOf('@dittoo/processor-register')],
      ['apps/consent/src/consent/consent.decider.ts', dynamicImportOf('node:fs')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('../newsletter/newsletter.decider.js')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('../newsletter/newsletter.query.js')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('../consent.config.js')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('./consent.controller.js')],
      ['apps/consent-imagined/src/consent/consent.ts', importOf('typeorm')],
    ],
    allowed: [
      ['apps/consent/src/consent/consent.decider.ts', importOf('@dittoo/kernel')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('@dittoo/contracts')],
      ['apps/consent/src/consent/consent.decider.ts', importOf('./consent.js')],
    ],
  },
  {
    rule: 'a projection sees kernel, contracts, its entity and what a handler needs',
    report: 'projection',
    forbidden: [
      ['apps/consent/src/standing-consent/standing-consent.projection.ts', importOf('@dittoo/processor-register')],
      ['apps/consent/src/standing-consent/standing-consent.projection.ts', importOf('pg')],
      ['apps/consent/src/standing-consent/standing-consent.projection.ts', importOf('node:crypto')],
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        "import type { DataSource } from 'typeorm';\nexport type Y = DataSource;",
      ],
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        "import { Inject } from '@nestjs/common';\nexport const y = Inject;",
      ],
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        "import { Commands } from '@dittoo/service';\nexport const y = Commands;",
      ],
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        "import { ClientKafka } from '@nestjs/microservices';\nexport const y = ClientKafka;",
      ],
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        importOf('../policy/policy-version.entity.js'),
      ],
      ['apps/consent/src/standing-consent/standing-consent.projection.ts', importOf('./standing-consent.query.js')],
    ],
    allowed: [
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        `import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Handles } from '@dittoo/service';
import type { EntityManager } from 'typeorm';
import { isErased } from '@dittoo/kernel';
import { StandingConsent } from './standing-consent.entity.js';
@Controller()
export class Rows {
  @Handles('ConsentGiven', { group: 'rows' })
  given(@Payload() event: unknown, @Ctx() rows: EntityManager): unknown[] {
    return [event, rows, isErased, StandingConsent];
  }
}`,
      ],
    ],
  },
  {
    rule: 'a handler is typed to its event',
    report: 'typed to their event',
    forbidden: [
      ['apps/consent/src/consent/heard.reactor.ts', handlingUntyped],
      ['apps/consent/src/standing-consent/standing-consent.projection.ts', handlingUntyped],
      ['libs/platform/src/parts/heard.ts', handlingUntyped],
    ],
    allowed: [
      ['apps/consent/src/consent/heard.reactor.ts', handling],
      ['libs/platform/src/parts/heard.spec.ts', handlingUntyped],
    ],
  },
  {
    rule: 'no `as unknown as` outside the codec',
    report: 'No `as unknown as`',
    forbidden: [
      ['apps/consent/src/consent/people.query.ts', 'export const y = (x: object) => x as unknown as string;'],
      ['apps/order/src/order/order.decider.ts', 'export const y = (x: object) => x as unknown as string;'],
      ['libs/kernel/src/leaf.ts', 'export const y = (x: object) => x as unknown as string;'],
      ['apps/gateway/src/gateway.config.ts', 'export const y = (x: object) => x as unknown as string;'],
    ],
    allowed: [
      ['libs/kernel/src/recorded-as.ts', 'export const y = (x: object) => x as unknown as string;'],
      ['apps/consent/src/consent/consent.spec.ts', 'export const y = (x: object) => x as unknown as string;'],
      ['apps/consent/src/consent/people.query.ts', 'export const y = (x: unknown) => x as string;'],
    ],
  },
  {
    rule: 'no `!` on metadata',
    report: 'No `!` on metadata',
    forbidden: [
      'event.metadata.dataSubjectId!',
      'metadata.dataSubjectId!',
      'dataSubjectId!',
      'recorded.metadata.noticeVersion!',
    ].map((text) => ['apps/consent/src/consent/choices.ts', `export const y = ${text};`]),
    allowed: [['apps/consent/src/consent/choices.ts', 'export const y = history[0]!.recorded.metadata.dataSubjectId;']],
  },
  {
    rule: 'a projection takes the EntityManager as a type',
    report: 'as a type',
    forbidden: [
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        "import { EntityManager } from 'typeorm';\nexport const y = EntityManager;",
      ],
    ],
    allowed: [
      [
        'apps/consent/src/standing-consent/standing-consent.projection.ts',
        `import type { EntityManager } from 'typeorm';\n${handling}\nexport type Y = EntityManager;`,
      ],
    ],
  },
  {
    rule: 'no clock, no randomness, no environment in deciders and projections',
    report: /No clock|Time and ids come in|handed in/,
    forbidden: [
      'apps/consent/src/consent/consent.decider.ts',
      'apps/consent/src/standing-consent/standing-consent.projection.ts',
      'apps/consent-imagined/src/consent/consent.ts',
    ].flatMap((file) =>
      [
        'export const y = Date.now();',
        'export const y = new Date();',
        'export const y = Date();',
        'export const y = performance.now();',
        'export const y = crypto.randomUUID();',
        'export const y = process.env.HOME;',
        'export const y = globalThis.process;',
        'export const y = setTimeout(() => undefined, 1);',
        "import { newId } from '@dittoo/kernel';\nexport const y = newId();",
      ].map((code) => [file, code]),
    ),
    allowed: [
      ['apps/consent/src/consent/consent.decider.ts', 'export const y = (now: string) => new Date(now).getTime();'],
      [
        'apps/consent/src/consent/consent.decider.ts',
        "import { derivedId } from '@dittoo/kernel';\nexport const y = derivedId();",
      ],
      ['apps/consent/src/consent/consent.controller.ts', 'export const y = new Date();'],
    ],
  },
  {
    rule: 'no randomness in deciders',
    report: 'No randomness',
    forbidden: [['apps/consent/src/consent/consent.decider.ts', 'export const y = Math.random();']],
    allowed: [['apps/consent/src/consent/consent.decider.ts', 'export const y = Math.max(1, 2);']],
  },
  {
    rule: 'folders import downwards by the table of folders',
    report: 'Imports run downwards',
    forbidden: [
      ['apps/consent/src/policy/policy.controller.ts', importOf('../consent/consent.query.js')],
      ['apps/consent/src/policy/policy-archive.query.ts', importOf('../newsletter/newsletter.js')],
      ['apps/consent/src/consent/consent.reactor.ts', importTypeOf('../newsletter/newsletter.js')],
      ['apps/consent/src/consent/consent.query.ts', reexportOf('../receipt/receipt.http.js')],
      ['apps/audit/src/seal/seal-store.ts', dynamicImportOf('../trail/trail.query.js')],
      ['apps/audit/src/seal/seal-store.ts', importedTypeOf('../trail/trail.query.js')],
      ['apps/order/src/catalogue/catalogue.port.ts', `${importOf('../order/order.js')}\nexport abstract class A {}`],
    ],
    allowed: [
      ['apps/consent/src/consent/consent.query.ts', importOf('../policy/policy-archive.query.js')],
      ['apps/consent/src/consent/consent.query.ts', importTypeOf('../person/people.query.js')],
      ['apps/consent/src/newsletter/subscriptions.ts', importOf('../consent/consent.decider.js')],
      ['apps/consent/src/consent/consent.query.ts', importOf('./consent.decider.js')],
      ['apps/consent/src/consent/consent.int.spec.ts', importOf('../newsletter/newsletter.js')],
      ['apps/consent/src/consent.module.ts', importOf('./receipt/receipt.controller.js')],
      ['apps/consent/src/consent.migrations.ts', importOf('./receipt/receipt-keys.js')],
    ],
  },
  {
    rule: 'of the root of its app a folder imports the config alone',
    report: 'a folder imports the `*.config.ts` alone',
    forbidden: [
      ['apps/audit/src/seal/seal-store.ts', importOf('../audit.module.js')],
      ['apps/audit/src/seal/verification.query.ts', importOf('../audit.migrations.js')],
      ['apps/audit/src/seal/seal-store.ts', importOf('../main.js')],
      ['apps/audit/src/seal/seal-store.ts', importOf('../numbering.js')],
    ],
    allowed: [['apps/audit/src/seal/seal-store.ts', importOf('../audit.config.js')]],
  },
  {
    rule: 'a config imports nothing of its app',
    report: 'imports nothing of its app',
    forbidden: [
      ['apps/audit/src/audit.config.ts', importOf('./merkle/signed-note.js')],
      ['apps/audit/src/audit.config.ts', importTypeOf('./audit.module.js')],
    ],
    allowed: [['apps/audit/src/audit.config.ts', importOf('@dittoo/platform')]],
  },
  {
    rule: 'rows are read by the folder that owns them',
    report: 'the folder that owns them',
    forbidden: [['apps/consent/src/receipt/receipt.controller.ts', importOf('../policy/policy-version.entity.js')]],
    allowed: [
      ['apps/consent/src/policy/policy-archive.query.ts', importOf('./policy-version.entity.js')],
      ['apps/consent/src/consent.module.ts', importOf('./policy/policy-version.entity.js')],
    ],
  },
  {
    rule: 'each folder of an app stands in the table of folders',
    report: 'Enter this folder in',
    forbidden: [['apps/order/src/refund/refund.decider.ts', 'export const y = 1;']],
    allowed: [
      ['apps/order/src/catalogue/refund.decider.ts', 'export const y = 1;'],
      ['apps/standalone/src/e2e/journey.ts', 'export const y = 1;'],
    ],
  },
  {
    rule: 'events are handled in reactors and projections, nowhere else',
    report: 'Events are handled in',
    forbidden: [
      ['apps/consent/src/consent/consent.controller.ts', handling],
      ['apps/consent/src/consent/consent.query.ts', handling],
      ['apps/consent/src/consent/choices.ts', handling],
      ['apps/consent/src/standing-consent/expiry.worker.ts', handling],
      ['apps/consent/src/consent.module.ts', handling],
    ],
    allowed: [
      ['apps/consent/src/consent/consent.reactor.ts', handling],
      ['apps/consent/src/standing-consent/standing-consent.projection.ts', handling],
    ],
  },
  {
    rule: 'a reactor and a projection handle an event',
    report: 'handles an event',
    forbidden: [
      ['apps/consent/src/consent/consent.reactor.ts', 'export class Consents {}'],
      ['apps/consent/src/standing-consent/standing-consent.projection.ts', 'export const y = 1;'],
    ],
    allowed: [
      ['apps/consent/src/standing-consent/expiry.ts', 'export class Expiry {}'],
      ['apps/consent/src/consent/consent.reactor.ts', handling],
    ],
  },
  {
    rule: 'a port is an abstract class',
    report: /is abstract|abstract class/,
    forbidden: [
      ['apps/order/src/order/payments.port.ts', 'export class Payments {}'],
      ['apps/order/src/order/payments.port.ts', 'export abstract class Payments {}\nexport class Refunds {}'],
      ['apps/order/src/order/payments.port.ts', 'export interface Payments { id: string }'],
    ],
    allowed: [['apps/order/src/order/payments.port.ts', 'export abstract class Payments {}']],
  },
  {
    rule: 'a worker runs by itself',
    report: 'runs by itself',
    forbidden: [['apps/consent/src/standing-consent/expiry.worker.ts', 'export class Expiry {}']],
    allowed: [
      [
        'apps/consent/src/standing-consent/expiry.worker.ts',
        'export class Expiry {\n  onApplicationBootstrap(): void {}\n}',
      ],
      ['apps/consent/src/standing-consent/expiry.ts', 'export class Expiry {}'],
    ],
  },
]);
