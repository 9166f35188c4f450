/**
 * The import rules of this repository as ESLint configuration: one block for each package and role of file, made of ESLint's
 * own `no-restricted-*` rules. A later block replaces an earlier one, so each role lists everything that holds for it.
 * `import type` counts as an import, and so do `import()` and `import('…').T`.
 */
import { objection } from './constraints.mjs';
import { beingRebuilt, calculations, folders, pages, specFolder } from './folders.mjs';
import {
  abstractPort,
  calculationImports,
  clockAndChance,
  configImports,
  deciderImports,
  environmentByDetour,
  environmentModule,
  outsideWorld,
  projectionImports,
  sealedInAudit,
  selfRunning,
  typesByWord,
  untypedHandler,
  upward,
  valueOfEntityManager,
  withHandler,
  withoutHandler,
} from './roles.mjs';
import { testFileGlobs as specFiles } from './test-files.mjs';

/** @typedef {import('./projects.mjs').Project} Project */
/** @typedef {{ regex: string, message: string, importNames?: string[], allowImportNames?: string[] }} Restriction */
/** @typedef {{ selector: string, message: string }} SyntaxRestriction */
/**
 * @typedef {object} Content of a block
 * @property {readonly Restriction[]} imports
 * @property {readonly SyntaxRestriction[]} [syntax]
 * @property {readonly { name: string, message: string }[]} [globals]
 */
/** @typedef {{ name: string, files: string[], ignores?: string[], rules: import('eslint').Linter.RulesRecord }} Block */

/** @type {(project: Project, globs: readonly string[]) => string[]} */
const within = (project, globs) => globs.map((glob) => `${project.root}/src/${glob}`);

// --- what may be imported -------------------------------------------------------------------------------------------

/**
 * Groups packages by what is wrong with importing them, so that each complaint says its own reason.
 *
 * @type {(project: Project, projects: readonly Project[], where: { inSpec: boolean }) => Restriction[]}
 */
const packageRestrictions = (project, projects, where) => {
  /** @type {Map<string, string[]>} */
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
  { regex: '^\\.{1,2}/(.*/)?tools/', message: 'Nothing imports the tools.' }, // but specs, which start a broker
];

/** @type {(project: Project) => Restriction[]} */
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
  { regex: '^\\./\\.\\./|[^.]/\\.\\./', message: 'Import by the shortest path.' },
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

/**
 * `import()` and `import('…').T` are other syntax for the same thing, and `no-restricted-imports` does not read them.
 *
 * @type {(restrictions: readonly Restriction[]) => SyntaxRestriction[]}
 */
const sameForOtherImportSyntax = (restrictions) =>
  restrictions
    .filter(({ importNames, allowImportNames }) => importNames === undefined && allowImportNames === undefined)
    .map(({ regex, message }) => ({
      selector: `:matches(ImportExpression, TSImportType)[source.value=/${regex.replaceAll('/', '\\x2F')}/]`,
      message,
    }));

// --- the blocks -----------------------------------------------------------------------------------------------------

/**
 * What every file of code must be typed by; specs plant what the types forbid.
 *
 * @type {(name: string) => SyntaxRestriction[]}
 */
const typing = (name) => {
  const role = name.split('/').at(-1);
  if (role === 'specs') return [];
  return role === 'codec' ? [untypedHandler] : [untypedHandler, ...typesByWord];
};

/** @type {(name: string, files: string[], content: Content) => Block} */
const block = (name, files, { imports, syntax = [], globals = [] }) => ({
  name: `boundaries/${name}`,
  files,
  rules: {
    'no-restricted-imports': ['error', { patterns: imports }],
    'no-restricted-syntax': [
      'error',
      ...names,
      computedImport,
      ...typing(name),
      ...syntax,
      ...sameForOtherImportSyntax(imports),
    ],
    'no-restricted-globals': ['error', ...globals],
  },
});

/**
 * One list of blocks for a package, the general before the particular.
 *
 * @type {(project: Project, projects: readonly Project[]) => Block[]}
 */
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
  /** @type {(name: string, globs: readonly string[], content: Content) => Block} */
  const here = (name, globs, content) => block(`${project.name}/${name}`, within(project, globs), content);
  /** @type {(imports: readonly Restriction[], syntax?: readonly SyntaxRestriction[]) => Content} */
  const withoutEnvironment = (imports, syntax = []) => ({
    imports: [...imports, environmentModule],
    syntax: [environmentByDetour, ...syntax],
  });

  const promises = isApp && !beingRebuilt.includes(project.name);
  const handlers = { none: promises ? [withoutHandler] : [], some: promises ? [withHandler] : [] };
  /**
   * One folder of an app: every role of file in it sees what the table of folders says.
   *
   * @param {string} folder
   */
  const folderBlocks = (folder) => {
    const arrows = upward(project.name, folder);
    /** @type {(imports: readonly Restriction[], syntax: SyntaxRestriction[]) => Content} */
    const role = (imports, syntax) => ({ imports: [...imports, ...arrows, environmentModule], syntax });
    return [
      here(`${folder}/sources`, [`${folder}/*.{ts,tsx}`], role(reads, [environmentByDetour, withoutHandler])),
      here(`${folder}/queries`, [`${folder}/*.query.ts`], role(opening, [environmentByDetour, withoutHandler])),
      here(`${folder}/reactors`, [`${folder}/*.reactor.ts`], role(reads, [environmentByDetour, withHandler])),
      here(
        `${folder}/workers`,
        [`${folder}/*.worker.ts`],
        role(reads, [environmentByDetour, withoutHandler, selfRunning]),
      ),
      here(
        `${folder}/ports`,
        [`${folder}/*.port.ts`],
        role(reads, [environmentByDetour, withoutHandler, ...abstractPort]),
      ),
    ];
  };

  return [
    here('sources', ['**/*.{ts,tsx}'], withoutEnvironment(reads, handlers.none)),
    ...(isApp ? [here('queries', ['*/*.query.ts'], withoutEnvironment(opening, handlers.none))] : []),
    ...(project.name === 'kernel' ? [here('codec', ['recorded-as.ts'], withoutEnvironment(reads))] : []),
    here('environment', ['main.ts'], { imports: reads, syntax: handlers.none }),
    ...(promises
      ? [here('config', ['*.config.ts'], withoutEnvironment([...reads, ...configImports], handlers.none))]
      : []),
    ...(folders[project.name] ?? []).flatMap(folderBlocks),
    ...(calculations[project.name] ?? []).map((folder) =>
      here(`${folder}/calculation`, [`${folder}/*.ts`], {
        ...withoutEnvironment(calculationImports),
        globals: outsideWorld,
      }),
    ),
    block(`${project.name}/deciders`, [...within(project, ['**/*.decider.ts']), ...project.concepts], {
      imports: [...reads, ...deciderImports],
      syntax: [...clockAndChance, ...handlers.none],
      globals: outsideWorld,
    }),
    here('projections', ['**/*.projection.ts'], {
      imports: [...reads, ...projectionImports],
      syntax: [...clockAndChance, valueOfEntityManager, ...handlers.some],
      globals: outsideWorld,
    }),
    block(`${project.name}/specs`, within(project, specFiles), {
      imports: [...packageRestrictions(project, projects, { inSpec: true }), ...everywhere],
    }),
    ...(promises && !pages.includes(project.name) ? [unlisted(project)] : []),
  ];
};

/** What a lib does not export is imported by its path: the tools look inside what they measure. */
const pathsFromTools = [
  { regex: '/(src|dist-spec)/', message: 'Import what was compiled.' },
  { regex: '/libs/[^/]+/dist/index\\.js$', message: 'Import another package by its name.' },
];

/**
 * What the tools import of the packages, and what those of them import that run before anything is installed.
 *
 * @type {(project: Project, projects: readonly Project[]) => Block[]}
 */
const toolsBlocks = (project, projects) => {
  const unnamed = projects.filter(({ name }) => name !== project.name && !project.dependencies.includes(name));
  const imports = [
    ...packageRestrictions(project, projects, { inSpec: false }),
    ...pathsFromTools,
    {
      regex: `^\\.{1,2}/(.*/)?(apps|libs)/(${unnamed.map(({ name }) => name).join('|')})/`,
      message: 'tools/package.json does not name this package.',
    },
  ];
  /** @type {(patterns: readonly Restriction[]) => Block['rules']} */
  const restricted = (patterns) => ({
    'no-restricted-imports': ['error', { patterns }],
    'no-restricted-syntax': ['error', ...sameForOtherImportSyntax(patterns)],
  });
  return [
    { name: 'boundaries/tools/sources', files: ['tools/**/*.{mjs,cjs}'], rules: restricted(imports) },
    {
      name: 'boundaries/tools/before-installation',
      files: ['tools/run.cjs', 'tools/demo.mjs', 'tools/{setup,demo}/*.{mjs,cjs}'],
      ignores: ['**/*.spec.mjs'],
      rules: restricted([
        {
          regex: '^(?!node:|\\./(setup/|demo/)?[a-z-]+\\.[cm]js$)',
          message: 'This runs before anything is installed: it imports Node.js and its own folder alone.',
        },
      ]),
    },
  ];
};

/** @type {Block[]} */
const environment = [
  {
    name: 'boundaries/environment',
    files: ['{apps,libs}/*/src/**/*.{ts,tsx}'],
    ignores: ['**/main.ts', 'apps/standalone/src/migrate.ts', 'libs/testing/**', ...specFiles],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: environmentModule.message }],
    },
  },
];

/**
 * A file that should not be there has one complaint, at its first line.
 *
 * @type {(name: string, files: string[], message: string, ignores?: string[]) => Block}
 */
const misplaced = (name, files, message, ignores = []) => ({
  name: `boundaries/${name}`,
  files,
  ignores,
  rules: { 'no-restricted-syntax': ['error', { selector: 'Program', message }] },
});

/**
 * A folder that the table does not list has no place in the flow yet.
 *
 * @type {(project: Project) => Block}
 */
const unlisted = (project) =>
  misplaced(
    `${project.name}/unlisted`,
    [`${project.root}/src/*/**`],
    'Enter this folder in tools/boundaries/folders.mjs, where it stands in the flow.',
    [...(folders[project.name] ?? []), specFolder].map((folder) => `${project.root}/src/${folder}/**`),
  );

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
 * @returns {Block[]}
 */
export const boundaries = (projects, of = projects) => [
  ...of.flatMap((project) =>
    project.tags.includes('type:tools') ? toolsBlocks(project, projects) : projectBlocks(project, projects),
  ),
  ...environment,
  ...files,
];
