/**
 * `npm run event-store`: the sandbox as a separate process, for development without a server. It speaks EventStoreDB's
 * protocol and keeps the log in one file, but it is not a database: no index, no replication, no users, no TLS, the
 * whole log in memory. Not for production.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EventStoreSandbox } from './event-store-sandbox.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '2113' },
    file: { type: 'string', default: '.data/event-store-sandbox.ndjson' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log('npm run event-store -- [--port 2113] [--file .data/event-store-sandbox.ndjson]');
  process.exit(0);
}

const file = resolve(values.file);
mkdirSync(dirname(file), { recursive: true });
const sandbox = await EventStoreSandbox.start({ port: Number(values.port), file });
console.log(`a sandbox for EventStoreDB, no database: ${file}, ${sandbox.log.events.length} events`);
console.log(`ready EVENT_STORE_URL='${sandbox.url}'`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.stop().then(() => process.exit(0)));
}
