/** docker-compose.yml as the compose CLI would read it, as far as the spec looks at it: aliases merged, values filled in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** `NAME=value` lines. */
export const readEnvFile = (text) =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^[A-Z_]+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

const fill = (text, values) =>
  text.replace(/\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g, (_, name, kind, fallback) => {
    if (values[name]) return values[name];
    if (kind === '-') return fallback;
    throw new Error(`${name} has no value`);
  });

const filled = (value, values) => {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, values)]));
};

/** @returns {{ services: Record<string, any>, volumes: Record<string, any>, networks: Record<string, any> }} */
export const readCompose = (root) => {
  const values = readEnvFile(readFileSync(join(root, 'deploy/compose/example.env'), 'utf8'));
  return filled(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }), values);
};

/** Services that run an image of ours: the shop's, or the one of the sandbox. */
export const isOurs = ({ image }) => /^dittoo(-sandbox)?:local$/.test(image);
export const isOneShot = ({ restart }) => restart?.startsWith('on-failure') === true;
