/*
 * Promised: every setting is declared so that a person can use it; what is wrong is said by the variable's name, never by
 * its value; the chart's templates name only variables that exist.
 */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readSettings } from '../../libs/kernel/dist/settings.js';
import { servicePorts } from '@dittoo/platform';
import { programOf, readsVariable, secretVariables, settingGroups, settingsOf } from './settings.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const chart = join(root, 'deploy/helm/dittoo');
const programs = [...new Set(settingGroups.flatMap(({ readBy }) => readBy))];
const declared = settingGroups.flatMap(({ title, settings }) =>
  Object.values(settings).map((setting) => [`${title}: ${setting.variable}`, setting]),
);

describe('the declarations', () => {
  it('are found in libraries and apps, and every service has some', () => {
    expect(declared.length).toBeGreaterThan(60);
    expect(programs).toEqual(expect.arrayContaining([...Object.keys(servicePorts), 'standalone', 'migrate', 'topics']));
    expect(settingsOf('rights').get('ERASURE_COOLING_OFF')?.fallback).toBe(0);
  });

  it.each(declared)('%s says what it is for, in one sentence, and what holds where it is not set', (_, setting) => {
    expect(setting.variable).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(setting.description.means).toMatch(/^[A-Z`][^\n|]*[^.]\.$/);
    expect(setting.description.means).not.toMatch(/\. [A-Z]/);
    expect([setting.description.otherwise, setting.description.default].some((text) => text !== undefined)).toBe(true);
  });

  it.each(programs)('of %s name each variable once', (program) => {
    const all = settingGroups.filter(({ readBy }) => readBy.includes(program));
    const different = new Map();
    for (const setting of all.flatMap(({ settings }) => Object.values(settings))) {
      const { means } = setting.description;
      expect([setting.variable, different.get(setting.variable) ?? means]).toEqual([setting.variable, means]);
      different.set(setting.variable, means);
    }
  });

  it('call secret what opens something', () => {
    const names = declared
      .filter(([title]) => !title.startsWith('Sandbox'))
      .map(([, { variable }]) => variable)
      .filter((variable) => /PASSWORD|SECRET|API_KEY|DATABASE_URL|EVENT_STORE_URL|MAIL_.*_URL/.test(variable));
    expect([...secretVariables].sort()).toEqual([...new Set(names)].sort());
  });

  it.each(declared)('%s never repeats a value that it refuses', (_, setting) => {
    for (const value of ['hunter2', 'x://shop:hunter2@127.0.0.1/', '\0hunter2 |', 'https://[hunter2']) {
      let message;
      try {
        readSettings({ [setting.variable]: value }, { setting });
      } catch (error) {
        message = error instanceof Object && 'message' in error ? String(error.message) : '';
      }
      if (message === undefined) continue;
      expect(message).toMatch(new RegExp(`^${setting.variable} `));
      expect(message).not.toContain('hunter2');
    }
  });
});

describe('which program reads what', () => {
  it.each([
    ['apps/rights/dist/main.js', 'ERASURE_COOLING_OFF', true],
    ['apps/order/dist/main.js', 'ERASURE_COOLING_OFF', false],
    ['apps/standalone/dist/migrate.js', 'DATABASE_URL', true],
    ['apps/standalone/dist/migrate.js', 'KAFKA_BROKERS', false],
    ['tools/kafka/topics.mjs', 'KAFKA_PARTITIONS', true],
    ['apps/gateway/dist/main.js', 'KAFKA_PARTITIONS', false],
    ['deploy/image/tcp-forwarder.mjs', 'PORT', true],
    ['deploy/image/tcp-forwarder.mjs', 'DATABASE_URL', false],
    ['apps/identity/dist/main.js', 'NODE_OPTIONS', true],
  ])('%s, %s: %s', (file, name, reads) => expect(readsVariable(file)(name)).toBe(reads));

  it('knows a program by its file', () =>
    expect(['apps/processor-forwarding/dist/main.js', 'tools/kafka/topics.mjs'].map(programOf)).toEqual([
      'processor-forwarding',
      'topics',
    ]));
});

describe('the chart', () => {
  const known = new Set(programs.flatMap((program) => [...settingsOf(program).keys()]));
  const templates = readdirSync(join(chart, 'templates')).map((file) =>
    readFileSync(join(chart, 'templates', file), 'utf8'),
  );
  const values = parse(readFileSync(join(chart, 'values.yaml'), 'utf8'));

  it('names only variables that are declared', () => {
    const named = templates.flatMap((text) =>
      [...text.matchAll(/name: ([A-Z][A-Z0-9_]+)\b|list "([A-Z][A-Z0-9_]+)"/g)].map(
        ([, plain, quoted = '']) => plain ?? quoted,
      ),
    );
    expect(named.length).toBeGreaterThan(15);
    expect([...new Set(named)].filter((name) => !known.has(name) && name !== 'NODE_OPTIONS')).toEqual([]);
  });

  it('gives each service only what it reads', () => {
    for (const [service, settings] of Object.entries(values.services)) {
      const given = Object.keys({ ...values.env, ...settings?.env });
      expect([service, given.filter((name) => !settingsOf(service).has(name))]).toEqual([service, []]);
    }
    const forwarding = settingsOf('processor-forwarding');
    /** @type {{ variables: string[] }} */
    const { variables } = values.processors;
    expect(variables.filter((name) => !forwarding.has(name))).toEqual([]);
  });
});
