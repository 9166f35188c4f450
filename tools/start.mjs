/** `npm start`: runs every service in this process; `tools/run.cjs` has installed and compiled what they need. */

const usage = `npm start - runs the whole shop on this machine: PostgreSQL, every service, a sandbox of the processors.

  PORT        where it listens (8080)        DATA_DIR    where it keeps everything (./.data); remove it to begin anew
  HOST        which address (127.0.0.1)      LOG_LEVEL   info, debug, warn, silent
  DATABASE_URL, KEY_ENCRYPTION_KEY_FILE      a PostgreSQL server instead of the embedded one
  EVENT_STORE_URL                            EventStoreDB for the log (npm run event-store: a sandbox of it)
  KAFKA_BROKERS                              Kafka between the services (npm run kafka -- start, npm run topics)
  OFFICER_EMAIL, OFFICER_PASSWORD            the compliance officer (OFFICER2_… a second); otherwise two are made, and
                                             every start says where their passwords are

Ctrl-C stops it once what it is doing is done; again, more than 2 s later, at once. More: README.md.`;

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(usage);
  process.exit(0);
}
await import(new URL('../apps/standalone/dist/main.js', import.meta.url).href);
