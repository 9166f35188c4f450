/** The rules about the tools, each with a planted offence and beside it what the same rule lets pass. */
import { dynamicImportOf, importOf, importTypeOf, probe } from './probe.mjs';

probe([
  {
    rule: 'nothing imports the tools, but a spec that starts a broker',
    report: 'Nothing imports the tools',
    forbidden: [
      ['libs/messaging/src/kafka-sender.ts', importOf('../../../tools/kafka/broker.mjs')],
      ['libs/messaging/src/kafka-sender.ts', dynamicImportOf('../../../tools/kafka/broker.mjs')],
      ['libs/messaging/src/kafka-sender.ts', importOf('@dittoo/tools')],
      ['apps/standalone/src/main.ts', importTypeOf('@dittoo/tools')],
      ['libs/messaging/src/kafka.kafka.spec.ts', importOf('@dittoo/tools')],
    ],
    allowed: [['libs/messaging/src/kafka.kafka.spec.ts', importOf('../../../tools/kafka/broker.mjs')]],
  },
  {
    rule: 'the tools import what was compiled',
    report: 'Import what was compiled',
    forbidden: [
      ['tools/bench/reads.mjs', importOf('../../libs/messaging/src/kafka-message.ts')],
      ['tools/bench/reads.mjs', dynamicImportOf('../../libs/messaging/dist-spec/kafka.fixture.js')],
    ],
    allowed: [['tools/bench/reads.mjs', importOf('../../libs/messaging/dist/kafka-message.js')]],
  },
  {
    rule: 'the tools import a lib by its name',
    report: 'Import another package by its name',
    forbidden: [['tools/kafka/topics.mjs', dynamicImportOf('../../libs/messaging/dist/index.js')]],
    allowed: [['tools/kafka/topics.mjs', dynamicImportOf('@dittoo/messaging')]],
  },
  {
    rule: 'the tools import packages that their manifest names',
    report: 'tools/package.json does not name this package',
    forbidden: [
      ['tools/bench/reads.mjs', importOf('@dittoo/relay')],
      ['tools/bench/reads.mjs', dynamicImportOf('../../apps/relay/dist/main.js')],
    ],
    allowed: [
      ['tools/bench/reads.mjs', importOf('@dittoo/standalone')],
      ['tools/bench/reads.mjs', dynamicImportOf('../../apps/rights/dist/rights.config.js')],
    ],
  },
  {
    rule: 'what runs before anything is installed imports Node.js and its own folder',
    report: 'before anything is installed',
    forbidden: [
      ['tools/setup/build.mjs', importOf('kafkajs')],
      ['tools/setup/build.mjs', importOf('../kafka/broker.mjs')],
      ['tools/run.cjs', dynamicImportOf('@dittoo/platform')],
      ['tools/demo/shop.mjs', importOf('@dittoo/kernel')],
    ],
    allowed: [
      ['tools/setup/build.mjs', importOf('./stage.mjs')],
      ['tools/setup/build.mjs', importOf('node:fs')],
      ['tools/demo.mjs', dynamicImportOf('./demo/shop.mjs')],
      ['tools/kafka/kafka.mjs', importOf('kafkajs')],
    ],
  },
]);
