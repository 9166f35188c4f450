/**
 * Makes and hands out the access copy of one person, as file and as page, and says in one line of JSON what it took. It runs
 * in a process of its own, so that the memory it may have can be limited: `node --max-old-space-size=96`. The copies are
 * left in DATA_DIR.
 *
 * Environment: that of a service, and SUBJECT_ID.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { openPlatform, readPlatformConfig } from '@dittoo/platform';
import { DataSource } from 'typeorm';
import { Customers } from '../../apps/rights/dist/person/customers.query.js';
import { SubjectEvents } from '../../apps/rights/dist/person/subject-events.query.js';
import { SubjectStreams } from '../../apps/rights/dist/person/subject-streams.js';
import { readRightsConfig } from '../../apps/rights/dist/rights.config.js';
import { rightsSchema } from '../../apps/rights/dist/rights.migrations.js';
import { DocumentKeys } from '../../apps/rights/dist/signing/document-keys.js';
import { CopiedPeople } from '../../apps/rights/dist/subject-copy/copied-people.query.js';
import { CopySignature } from '../../apps/rights/dist/subject-copy/copy-signature.js';
import { SubjectCopyFiles } from '../../apps/rights/dist/subject-copy/subject-copy-files.js';
import { SubjectRows } from '../../apps/rights/dist/subject-copy/subject-rows.query.js';

const subjectId = process.env.SUBJECT_ID;
if (subjectId === undefined) throw new Error('SUBJECT_ID must say whose copy is made');
const platform = await openPlatform(readPlatformConfig(process.env, 'copy-bench'), [rightsSchema]);
const { clock, config, keyEncryption, keyRing, logger, pool, register, sealer, store } = platform;
const rows = await new DataSource({ type: 'postgres', url: platform.rowsUrl, poolSize: 4 }).initialize();
const copies = new SubjectCopyFiles(
  new CopiedPeople(
    new SubjectEvents(new SubjectStreams(store, pool, logger), store, sealer),
    new Customers(store, sealer),
    platform.contacts,
  ),
  new SubjectRows(pool),
  new CopySignature(new DocumentKeys(rows, keyEncryption, clock), config),
  sealer,
  keyRing,
  rows,
  clock,
  readRightsConfig(process.env),
  register,
);

let heapBytes = 0;
const watch = setInterval(() => (heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed)), 100);
const cpuMs = () => Math.round(process.cpuUsage().user / 1_000);

/** @type {(kind: 'access' | 'portability', format: 'json' | 'html') => Promise<object>} */
const handedOut = async (kind, format) => {
  const requestId = randomUUID();
  const began = performance.now();
  const { digest } = await copies.prepare({ requestId, subjectId, kind, now: clock.now() });
  const prepared = performance.now();
  const { content } = await copies.collect({ requestId, subjectId, format, now: clock.now() });
  const file = join(config.dataDir, `copy.${format}`);
  await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(file));
  return {
    kind,
    format,
    file,
    bytes: statSync(file).size,
    digest,
    prepareMs: Math.round(prepared - began),
    handOutMs: Math.round(performance.now() - prepared),
  };
};

const copiesMade = [await handedOut('access', 'json'), await handedOut('access', 'html')];
clearInterval(watch);
const maxRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ copies: copiesMade, heapBytes, maxRssBytes, cpuMs: cpuMs() }));
await rows.destroy();
await platform.close();
