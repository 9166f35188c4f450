/** Prints the egress proxy's configuration as it stands in a rendered chart. */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const objects = parseAllDocuments(readFileSync(process.argv[2] ?? '', 'utf8')).map((document) => document.toJS());
const configuration = objects.map((object) => object?.data?.['haproxy.cfg']).find((text) => text !== undefined);
if (configuration === undefined) throw new Error('no object of the chart has a haproxy.cfg');
process.stdout.write(configuration);
