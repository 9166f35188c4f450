/** `docs/configuration.md`, made of the declarations of settings. */
import { format } from 'prettier';
import { servicePorts } from '../../libs/platform/dist/config/service-ports.js';
import { settingGroups } from './settings.mjs';

/** @typedef {(typeof settingGroups)[number]} Group */
/** @typedef {import('./settings.mjs').Setting} Setting */

const intro = `<!-- Written by \`npm run deploy:generate\` from the \`*.config.ts\` files; change those. -->

# Configuration

Every program reads its settings from the environment, once, when it starts. A variable that is set to nothing counts as not set. What is
wrong ends the start with exit code 1: one sentence for each fault, with the variable's name and without its value. A variable marked
**secret** holds what opens something; the chart takes it from a Kubernetes secret.

Durations are ISO 8601, of days and smaller: \`PT30S\`, \`P30D\`.
`;

/** @type {(text: string) => string} */
const code = (text) => `\`${text}\``;
/** @type {(title: string) => string} */
const anchor = (title) =>
  `#${title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')}`;

/** @type {(setting: Setting) => string} */
const row = ({ variable, description }) => {
  const { means, unit, isSecret, otherwise, example } = description;
  const standard = otherwise ?? (description.default === undefined ? 'none' : code(description.default));
  const notes = [means, ...(unit === undefined ? [] : [`Unit: ${unit}.`]), ...(isSecret ? ['**Secret.**'] : [])];
  return `| ${code(variable)} | ${notes.join(' ')} | ${standard} | ${code(example)} |`;
};

const services = Object.keys(servicePorts);
/** @type {(group: Group) => boolean} */
const isOfEveryService = ({ readBy }) => services.every((service) => readBy.includes(service));

/** @type {(group: Group) => string} */
const readers = (group) =>
  (isOfEveryService(group)
    ? ['every service', ...group.readBy.filter((name) => !services.includes(name))]
    : group.readBy
  ).join(', ');

/** @type {(group: Group) => string} */
const section = (group) => {
  const { title, remark, settings } = group;
  return [
    `## ${title}`,
    [`Read by ${readers(group)}.`, ...(remark === undefined ? [] : [remark])].join(' '),
    [
      '| variable | meaning | default | example |',
      '| --- | --- | --- | --- |',
      ...Object.values(settings).map(row),
    ].join('\n'),
  ].join('\n\n');
};

/** @type {(groups: readonly Group[]) => string} */
const linksTo = (groups) => groups.map(({ title }) => `[${title}](${anchor(title)})`).join(', ');

const programs = () => {
  /** @type {Map<string, number>} */
  const ports = new Map(Object.entries(servicePorts));
  const names = [...new Set(settingGroups.flatMap(({ readBy }) => readBy))];
  const lines = names.map((name) => {
    const groups = settingGroups.filter(({ readBy }) => readBy.includes(name));
    const own = services.includes(name) ? groups.filter((group) => !isOfEveryService(group)) : groups;
    return `| ${name} | ${ports.get(name) ?? ''} | ${linksTo(own)} |`;
  });
  return [
    '## Programs',
    `Every service reads ${linksTo(settingGroups.filter(isOfEveryService))}, and what is in the table.`,
    ['| program | port | reads |', '| --- | --- | --- |', ...lines].join('\n'),
  ].join('\n\n');
};

/** @returns {Promise<string>} */
export const configurationPage = () =>
  format([intro, programs(), ...settingGroups.map(section)].join('\n\n'), { parser: 'markdown', printWidth: 120 });
