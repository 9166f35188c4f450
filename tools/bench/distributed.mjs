import { join } from 'node:path';
import { openContender } from './contenders.mjs';
import { startDistributedShop, startShop } from './shop.mjs';
import { benchSustained } from './sustained.mjs';

/** Topics of its own on the broker that the other sections use. */
const topicPrefix = 'shop.';

/**
 * Full orders of the distributed shop, as `npm run apart` runs it on a broker, beside the same shop as one command.
 *
 * @param {string} dataDir @param {readonly string[]} brokers @param {import('./sustained.mjs').Setting} setting
 * @param {(text: string) => void} say
 */
export const benchDistributed = async (dataDir, brokers, setting, say) => {
  say('starting the distributed shop, and the same shop as one command …');
  const kafka = { KAFKA_BROKERS: brokers.join(','), KAFKA_TOPIC_PREFIX: topicPrefix };
  const shop = await openContender('distributed', join(dataDir, 'distributed'), startDistributedShop, kafka);
  try {
    const limit = await openContender('one command', join(dataDir, 'one-command'), startShop);
    try {
      await shop.storefront.register(setting.customers);
      await limit.storefront.register(setting.customers);
      return await benchSustained(
        { shop, limit },
        setting,
        say,
        ' of the distributed shop over Kafka, beside one command',
      );
    } finally {
      await limit.close();
    }
  } finally {
    await shop.close();
  }
};
