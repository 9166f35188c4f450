/**
 * `npm run keys`: the rotation of the key-encryption key, beside a running shop.
 */
import process from 'node:process';

/** @typedef {import('@dittoo/platform').KeyMaintenance} KeyMaintenance */

const usage = `npm run keys -- <command>

  status            which versions there are, and how many keys are wrapped under each
  rotate            adds a version and makes it the current one; running processes see it within a second
  rewrap            wraps every key anew under the current version, while the shop runs; may be interrupted and repeated
  retire <version>  takes an old version out of the key file, once nothing is wrapped under it: from then on copies of
                    wrapped keys in backups and replicas open no more. There is no way back: first let the backups expire
                    that you may still have to restore

The environment is the shop's: DATABASE_URL, KEY_RING_DATABASE_URL, KEY_ENCRYPTION_KEY_FILE, DATA_DIR. Copies of the key
file are yours to destroy: a copy that holds a retired version opens what was wrapped under it.`;

/** @type {(text: string) => void} */
const say = (text) => process.stdout.write(`${text}\n`);

/** @type {(maintenance: KeyMaintenance) => Promise<void>} */
const status = async (maintenance) => {
  for (const { version, current, keys } of await maintenance.status()) {
    const counts = Object.entries(keys).map(([table, count]) => `${table} ${count}`);
    say(`version ${version}${current ? ' (current)' : ''}: ${counts.join(', ')}`);
  }
};

/** @type {Record<string, (maintenance: KeyMaintenance, argument?: string) => Promise<void>>} */
const commands = {
  status,
  rotate: async (maintenance) => say(`version ${maintenance.rotate()} is the current one; now: npm run keys -- rewrap`),
  rewrap: async (maintenance) => {
    const done = await maintenance.rewrap((table, count) => say(`${table} ${count}`));
    say(`${done} keys wrapped anew`);
    await status(maintenance);
  },
  retire: async (maintenance, version) => {
    if (!/^[1-9]\d{0,8}$/.test(version ?? '')) throw new Error('say which version: npm run keys -- retire <version>');
    await maintenance.retire(Number(version));
    say(`version ${version} is gone; destroy the copies of the key file that hold it`);
  },
};

/** @type {(args: string[]) => Promise<void>} */
const run = async ([command, argument]) => {
  if (command === undefined || command === '--help' || command === 'help') return say(usage);
  const work = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (work === undefined) throw new Error(`there is no command ${command}\n\n${usage}`);
  await import('reflect-metadata');
  const { KeyMaintenance, readPlatformConfig } = await import('@dittoo/platform');
  const { standaloneSchemas } = await import('../apps/standalone/dist/standalone.module.js');
  const maintenance = await KeyMaintenance.open(readPlatformConfig(process.env, 'keys'), standaloneSchemas);
  try {
    await work(maintenance, argument);
  } finally {
    await maintenance.close();
  }
};

run(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
