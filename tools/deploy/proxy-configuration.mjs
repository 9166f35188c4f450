/** Prints the egress proxy's configuration as it stands in a rendered chart. */
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const objects = parseAllDocuments(readFileSync(process.argv[2], 'utf8')).map((document) => document.toJS());
const { data } = objects.find((object) => object?.data?.['haproxy.cfg'] !== undefined);
process.stdout.write(data['haproxy.cfg']);
