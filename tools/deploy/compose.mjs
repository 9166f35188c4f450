/** docker-compose.yml as the compose CLI reads it, as far as the spec needs it: aliases merged, values filled in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** `NAME=value` lines. @type {(text: string) => Record<string, string>} */
export const readEnvFile = (text) =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^[A-Z_]+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** @typedef {Readonly<Record<string, string>>} Values */

/** @type {(text: string, values: Values) => string} */
const fill = (text, values) =>
  text.replace(/\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g, (_, name, kind, fallback) => {
    if (values[name]) return values[name];
    if (kind === '-') return fallback;
    throw new Error(`${name} has no value`);
  });

/** @type {(value: any, values: Values) => any} */
const filled = (value, values) => {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, values)]));
};

/**
 * A service of the file, as far as it is read here.
 *
 * @typedef {object} Service
 * @property {string} image
 * @property {{ target: string }} build
 * @property {string[]} [command]
 * @property {Record<string, string>} [environment]
 * @property {string[]} [volumes] `source:target:mode`
 * @property {string[]} [ports]
 * @property {Record<string, { condition: string }>} [depends_on]
 * @property {{ test: string[], disable?: boolean }} healthcheck
 * @property {string} [network_mode]
 * @property {string} [restart]
 * @property {string} user
 * @property {boolean} [privileged]
 * @property {string} stop_grace_period
 */

/** @type {(root: string) => { services: Record<string, Service>, volumes: Record<string, object>, networks: Record<string, object> }} */
export const readCompose = (root) => {
  const values = readEnvFile(readFileSync(join(root, 'deploy/compose/example.env'), 'utf8'));
  return filled(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }), values);
};

/** Services that run an image of ours: the shop's, or the one of the sandbox. */
export const isOurs = (/** @type {Service} */ { image }) => /^dittoo(-sandbox)?:local$/.test(image);
export const isOneShot = (/** @type {Service} */ { restart }) => restart?.startsWith('on-failure') === true;
