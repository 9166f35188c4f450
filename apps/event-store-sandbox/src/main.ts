/**
 * `npm run event-store`: the stand-in of the specs as a process of its own, for a laptop without a server. It speaks
 * EventStoreDB's protocol and keeps what it is told in one file, but it is no database: no index, no replication, no
 * users, no TLS, the whole log in memory. Never for anything that matters.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '2113' },
    file: { type: 'string', default: '.data/event-store-stand-in.ndjson' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log('npm run event-store -- [--port 2113] [--file .data/event-store-stand-in.ndjson]');
  process.exit(0);
}

const { EventStoreDbStandIn } = await import('../../libs/event-store/dist/stand-in.js');
const file = resolve(values.file);
mkdirSync(dirname(file), { recursive: true });
const standIn = await EventStoreDbStandIn.start({ port: Number(values.port), file });
console.log(`a stand-in for EventStoreDB, no database: ${file}, ${standIn.log.events.length} events`);
console.log(`ready EVENT_STORE_URL='${standIn.url}'`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void standIn.stop().then(() => process.exit(0)));
}
