/**
 * The import rules of the house as ESLint configuration: one block for each package and role of file, made of ESLint's
 * own `no-restricted-*` rules. A later block replaces an earlier one, so each role lists everything that holds for it.
 * `import type` counts as an import, and so do `import()` and `import('…').T`.
 */
import { objection } from './constraints.mjs';
import { testFileGlobs as specFiles } from './test-files.mjs';

/** @typedef {import('./projects.mjs').Project} Project */
/** @typedef {{ regex: string, message: string, importNames?: string[], allowImportNames?: string[] }} Restriction */

const within = (project, globs) => globs.map((glob) => `${project.root}/src/${glob}`);

// --- what may be imported -------------------------------------------------------------------------------------------

/** Groups packages by what is wrong with importing them, so that each complaint says its own reason. */
const packageRestrictions = (project, projects, where) => {
  const reasons = new Map();
  for (const other of projects) {
    const reason = objection(project, other, where);
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), other.name]);
  }
  return [...reasons].map(([message, names]) => ({ regex: `^@dittoo/(${names.join('|')})(/|$)`, message }));
};

/** The compiler refuses a test's file in the build of the code; here it is said with the reason, before any build. */
const specSupportRestrictions = [
  { regex: '^@dittoo/[^/]+/testing$', message: 'What a package exports as testing is imported by specs only.' },
  { regex: '/e2e/', message: 'A folder e2e is made for specs.' },
  { regex: '\\.(spec|contract|fixture)\\.js$', message: 'This file is made for specs.' },
];

const clientRestrictions = (project) =>
  [
    {
      regex: '^@eventstore/', // the sandbox speaks by the same service definitions
      homes: ['event-store', 'event-store-sandbox'],
      message: 'The event-store client is imported in libs/event-store only.',
    },
    { regex: '^kafkajs(/|$)', homes: ['messaging'], message: 'The Kafka client is imported in libs/messaging only.' },
  ]
    .filter(({ homes }) => !homes.includes(project.name))
    .map(({ regex, message }) => ({ regex, message }));

const pathRestrictions = [
  {
    regex: '^\\.{1,2}/(.*/)?index(\\.[jt]s)?$|^\\.{1,2}/?$',
    message: 'An index.ts is for other packages; inside, import the file that has it.',
  },
  { regex: '^\\.{1,2}/(.*/)?(src|dist|libs|apps)/', message: 'Import another package by its name.' },
];

/** A folder of pure calculation, imported by its siblings as a lib would be; for that it imports nothing of the app. */
const calculation = 'merkle';
const calculationImports = [
  { regex: '^(?!\\./|node:crypto$)', message: 'A calculation sees node:crypto and its own folder.' },
];

const siblings = {
  regex: `^\\.\\./(?!${calculation}/)[^/.]+/`,
  message: 'Sibling folders do not import each other; the module ties them.',
};
const siblingsBut = {
  regex: `^\\.\\./(?!${calculation}/)[^/.]+/(?!.*\\.(query|port)\\.js$)`,
  message: 'Of a sibling folder a reactor or controller may import a `*.query.ts` or a `*.port.ts`, nothing else.',
};

const environmentModule = {
  regex: '^(node:)?process$',
  message: 'The environment is read in `*.config.ts` and `main.ts`.',
};

const chanceOfTheKernel = {
  regex: '^@dittoo/kernel$',
  importNames: ['newId', 'Clock', 'SystemClock'],
  message: 'Time and ids come in with the command or the event.',
};

const deciderImports = [
  {
    regex: '^(?!\\.{1,2}(/|$)|@dittoo/(kernel|contracts)$)',
    message: 'A decider sees kernel, contracts and its own folder.',
  },
  { regex: '^\\.\\./', message: 'A decider sees its own folder only.' },
  {
    regex: '^\\./.*\\.(controller|reactor|projection|entity|query|port|module|config)\\.js$',
    message: 'A decider knows nothing of what calls it, stores it or reads it.',
  },
  chanceOfTheKernel,
];

/** Handlers are ordinary `@EventPattern` methods writing through the transaction they are handed; hence these names. */
const projectionImports = [
  {
    regex: '^(?!\\.{1,2}(/|$)|@dittoo/(kernel|contracts)$|typeorm$|@nestjs/(common|microservices)$)',
    message: 'A projection sees kernel, contracts and its own folder.',
  },
  {
    regex: '^typeorm$',
    allowImportNames: ['EntityManager'],
    message: 'Of TypeORM a projection sees the EntityManager type.',
  },
  {
    regex: '^@nestjs/common$',
    allowImportNames: ['Controller'],
    message: 'Of Nest a projection sees the decorators of a handler.',
  },
  {
    regex: '^@nestjs/microservices$',
    allowImportNames: ['EventPattern', 'Payload', 'Ctx'],
    message: 'Of Nest a projection sees the decorators of a handler.',
  },
  { regex: '^\\.\\./', message: 'A projection sees its own folder only.' },
  {
    regex: '^\\./.*\\.(controller|reactor|query|port|module|config)\\.js$',
    message: 'A projection calls nobody: of its folder it sees the entity.',
  },
  chanceOfTheKernel,
];

const officersQueryOnly = "In audit only the officer's query opens what is sealed.";
const sealedInAudit = [
  { regex: '^@dittoo/kernel$', importNames: ['Sealer'], message: officersQueryOnly },
  // Wrapping the signing key opens nothing that is sealed.
  { regex: '^@dittoo/personal-data$', allowImportNames: ['KeyEncryption'], message: officersQueryOnly },
];

// --- what may be written --------------------------------------------------------------------------------------------

const names = [
  {
    selector:
      ':matches(ClassDeclaration, ClassExpression, TSInterfaceDeclaration, TSTypeAliasDeclaration)[id.name=/(Manager|Impl)$|^Base[A-Z]|^I[A-Z][a-z]/]',
    message: 'No …Manager, …Impl, Base… or I…: say what it is.',
  },
];

const computedImport = {
  selector: "ImportExpression:not([source.type='Literal'])",
  message: 'Import by a name that can be read here.',
};

const environmentByDetour = {
  selector: "MemberExpression[object.property.name='process'][property.name='env']",
  message: environmentModule.message,
};

const clockAndChance = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'No clock here: time comes in.' },
  { selector: "CallExpression[callee.name='Date']", message: 'No clock here: time comes in.' },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'No clock here: time comes in.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'No randomness here: ids come in.',
  },
];

const valueOfEntityManager = {
  selector: "ImportDeclaration[source.value='typeorm'][importKind='value'] > ImportSpecifier[importKind='value']",
  message: 'Import the EntityManager as a type.',
};

const outsideWorld = ['process', 'crypto', 'performance', 'fetch', 'console', 'globalThis', 'global']
  .concat(['setTimeout', 'setInterval', 'setImmediate'])
  .map((name) => ({ name, message: 'No clock, no randomness, no environment, no I/O here.' }));

/** `import()` and `import('…').T` are other syntax for the same thing, and `no-restricted-imports` does not read them. */
const sameForOtherImportSyntax = (restrictions) =>
  restrictions
    .filter(({ importNames, allowImportNames }) => importNames === undefined && allowImportNames === undefined)
    .map(({ regex, message }) => ({
      selector: `:matches(ImportExpression, TSImportType)[source.value=/${regex.replaceAll('/', '\\x2F')}/]`,
      message,
    }));

// --- the blocks -----------------------------------------------------------------------------------------------------

/** @param {{ imports: Restriction[], syntax?: object[], globals?: object[] }} role */
const block = (name, files, { imports, syntax = [], globals = [] }) => ({
  name: `boundaries/${name}`,
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: imports }],
    'no-restricted-syntax': ['error', ...names, computedImport, ...syntax, ...sameForOtherImportSyntax(imports)],
    'no-restricted-globals': ['error', ...globals],
  },
});

/** @returns one list of blocks for a package, the general before the particular */
const projectBlocks = (project, projects) => {
  const isApp = project.tags.includes('type:app');
  const everywhere = [...clientRestrictions(project), ...pathRestrictions];
  const opening = [
    ...packageRestrictions(project, projects, { inSpec: false }),
    ...specSupportRestrictions,
    ...everywhere,
  ];
  const sealed = project.tags.includes('scope:audit') ? sealedInAudit : [];
  const reads = [...opening, ...sealed];
  const here = (name, globs, content) => block(`${project.name}/${name}`, within(project, globs), content);
  const withoutEnvironment = (imports) => ({ imports: [...imports, environmentModule], syntax: [environmentByDetour] });

  return [
    here('sources', ['**/*.{ts,tsx}'], withoutEnvironment(reads)),
    here('environment', ['**/*.config.ts', 'main.ts'], { imports: reads }),
    ...(isApp
      ? [
          here('folders', ['*/*.{ts,tsx}'], withoutEnvironment([...reads, siblings])),
          here('queries', ['*/*.query.ts'], withoutEnvironment([...opening, siblings])),
          here('reactors', ['*/*.{reactor,controller}.ts'], withoutEnvironment([...reads, siblingsBut])),
          here('calculation', [`${calculation}/*.ts`], {
            ...withoutEnvironment(calculationImports),
            globals: outsideWorld,
          }),
        ]
      : []),
    block(`${project.name}/deciders`, [...within(project, ['**/*.decider.ts']), ...project.concepts], {
      imports: [...reads, ...deciderImports],
      syntax: clockAndChance,
      globals: outsideWorld,
    }),
    here('projections', ['**/*.projection.ts'], {
      imports: [...reads, ...projectionImports],
      syntax: [...clockAndChance, valueOfEntityManager],
      globals: outsideWorld,
    }),
    block(`${project.name}/specs`, within(project, specFiles), {
      imports: [...packageRestrictions(project, projects, { inSpec: true }), ...everywhere],
    }),
  ];
};

const environment = [
  {
    name: 'boundaries/environment',
    files: ['{apps,libs}/*/src/**/*.{ts,tsx}'],
    ignores: ['**/*.config.ts', '**/main.ts', 'libs/testing/**', ...specFiles],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: environmentModule.message }],
    },
  },
];

/** A file that should not be there has one complaint, at its first line. */
const misplaced = (name, files, message, ignores = []) => ({
  name: `boundaries/${name}`,
  files,
  ignores,
  rules: { 'no-restricted-syntax': ['error', { selector: 'Program', message }] },
});

const vagueWords = '{util,utils,common,shared,helper,helpers,core,types}';

const files = [
  misplaced(
    'names',
    [`**/{,*-,*.}${vagueWords}{,.*}.{ts,tsx,js,mjs}`, `**/src/**/${vagueWords}/**`],
    'No utils, common, shared, helpers, core or types: a file is named after what it is about.',
  ),
  misplaced('barrels', ['apps/**/index.ts'], 'Apps have no barrels: an app exports its module.'),
  misplaced('depth', ['apps/*/src/*/*/**'], 'Depth ends at src/<folder>/<file>.', ['apps/console/**']),
];

/**
 * @param {readonly Project[]} projects all packages of the workspace
 * @param {readonly Project[]} [of] those to make blocks for; default all
 */
export const boundaries = (projects, of = projects) => [
  ...of.flatMap((project) => projectBlocks(project, projects)),
  ...environment,
  ...files,
];
