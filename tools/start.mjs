/** `npm start`: compiles what changed, then runs every service in this process. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = `${root}/node_modules/@typescript/7/bin/tsc`;

const usage = `npm start - runs the whole shop on this machine: PostgreSQL, every service, the processors' stand-ins.

  PORT        where it listens (8080)        DATA_DIR    where it keeps everything (./.data); remove it to begin anew
  HOST        which address (127.0.0.1)      LOG_LEVEL   info, debug, warn, silent
  DATABASE_URL, KEY_ENCRYPTION_KEY_FILE      a PostgreSQL server instead of the one that comes along
  EVENT_STORE_URL                            EventStoreDB for the log (npm run event-store: a stand-in for one)
  KAFKA_BROKERS                              Kafka between the services (npm run kafka -- start, npm run topics)
  OFFICER_EMAIL, OFFICER_PASSWORD            the compliance officer; otherwise one is made and printed once

Ctrl-C stops it after what is in hand is done. More: README.md.`;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}
if (!existsSync(compiler)) {
  console.error('The dependencies are not installed: run `npm ci` first.');
  process.exit(1);
}
const build = spawnSync(process.execPath, [compiler, '-b'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
if (build.status !== 0) {
  console.error('\nThe build failed, so nothing was started.');
  process.exit(build.status ?? 1);
}
await import(new URL('../apps/standalone/dist/main.js', import.meta.url).href);
