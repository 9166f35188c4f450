/**
 * What each role of file may import and write: the name of a file is a promise. Plain data for `boundaries.mjs`, which
 * makes ESLint configuration of it.
 */
import { folders } from './folders.mjs';

// --- what may be imported -------------------------------------------------------------------------------------------

export const calculationImports = [
  { regex: '^(?!\\./|node:crypto$)', message: 'A calculation sees node:crypto and its own folder.' },
];

/**
 * What a folder may not import of its own app, by the table of folders.
 *
 * @type {(app: string, folder: string) => { regex: string, message: string }[]}
 */
export const upward = (app, folder) => {
  const listed = folders[app] ?? [];
  const above = listed.slice(0, listed.indexOf(folder));
  return [
    ...(above.length === 0
      ? []
      : [
          {
            regex: `^\\.\\./(${above.join('|')})/`,
            message: `Imports run downwards by the table of folders: ${folder}/ is listed after ${above.join(', ')}.`,
          },
        ]),
    {
      regex: '^\\.\\./(?![^/]+\\.config\\.js$)[^/]+$',
      message: 'Of the root of its app a folder imports the `*.config.ts` alone.',
    },
    {
      regex: '^\\.\\./[^/]+/.*\\.entity\\.js$',
      message: 'Rows are read and written by the folder that owns them: ask its query.',
    },
  ];
};

export const configImports = [{ regex: '^\\.{1,2}/', message: 'A `*.config.ts` imports nothing of its app.' }];

export const environmentModule = {
  regex: '^(node:)?process$',
  message: 'The environment is handed in by `main.ts`, and read by `readSettings`.',
};

const chanceOfTheKernel = {
  regex: '^@dittoo/kernel$',
  importNames: ['newId', 'Clock', 'SystemClock'],
  message: 'Time and ids come in with the command or the event.',
};

export const deciderImports = [
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

/** Handlers are ordinary `@Handles` methods writing through the transaction they are handed; hence these names. */
export const projectionImports = [
  {
    regex: '^(?!\\.{1,2}(/|$)|@dittoo/(kernel|contracts|service)$|typeorm$|@nestjs/(common|microservices)$)',
    message: 'A projection sees kernel, contracts and its own folder.',
  },
  {
    regex: '^@dittoo/service$',
    allowImportNames: ['Handles'],
    message: 'Of the service library a projection sees the decorator of a handler.',
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
    message: 'A projection calls nothing else: of its folder it sees the entity.',
  },
  chanceOfTheKernel,
];

const officersQueryOnly = "In audit only the officer's query opens what is sealed.";
export const sealedInAudit = [
  { regex: '^@dittoo/kernel$', importNames: ['Sealer'], message: officersQueryOnly },
  // Wrapping the signing key opens nothing that is sealed.
  { regex: '^@dittoo/personal-data$', allowImportNames: ['KeyEncryption'], message: officersQueryOnly },
];

// --- what may be written --------------------------------------------------------------------------------------------

export const environmentByDetour = {
  selector: "MemberExpression[object.property.name='process'][property.name='env']",
  message: environmentModule.message,
};

export const clockAndChance = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'No clock here: time comes in.' },
  { selector: "CallExpression[callee.name='Date']", message: 'No clock here: time comes in.' },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'No clock here: time comes in.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'No randomness here: ids come in.',
  },
];

export const valueOfEntityManager = {
  selector: "ImportDeclaration[source.value='typeorm'][importKind='value'] > ImportSpecifier[importKind='value']",
  message: 'Import the EntityManager as a type.',
};

export const outsideWorld = ['process', 'crypto', 'performance', 'fetch', 'console', 'globalThis', 'global']
  .concat(['setTimeout', 'setInterval', 'setImmediate'])
  .map((name) => ({ name, message: 'No clock, no randomness, no environment, no I/O here.' }));

/** `Handles` is `EventPattern` with the event's type checked. */
const handler = 'Decorator[expression.callee.name=/^(Handles|EventPattern)$/]';

const typed = 'Handlers are typed to their event: `@Handles`, which refuses a wrong pair.';
/** Nest's own decorator takes any method for any event. */
export const untypedHandler = { selector: "Decorator[expression.callee.name='EventPattern']", message: typed };

/** What is typed is not talked out of its type; what the log says is taken at its word in one file of the kernel. */
export const typesByWord = [
  {
    selector: "TSAsExpression > TSAsExpression[typeAnnotation.type='TSUnknownKeyword']",
    message:
      'No `as unknown as`: events of the log are typed by `recordedAs` and `asRecorded`, others by what they are.',
  },
  {
    selector:
      "TSNonNullExpression:matches([expression.name='dataSubjectId'], [expression.property.name='dataSubjectId'], [expression.object.name='metadata'], [expression.object.property.name='metadata'])",
    message: 'No `!` on metadata: a delivered event says in its type whom it is about.',
  },
];

/** The role in a file's name is a promise. */
export const withoutHandler = {
  selector: handler,
  message: 'Events are handled in a `.reactor.ts` or a `.projection.ts`, nowhere else.',
};

export const withHandler = {
  selector: `Program:not(:has(${handler}))`,
  message: 'A file of this name handles an event: without `@Handles` it is a `.worker.ts`, or has a plain name.',
};

/** Who runs by itself is started by Nest. */
export const selfRunning = {
  selector: 'Program:not(:has(MethodDefinition[key.name=/^on(ApplicationBootstrap|ModuleInit)$/]))',
  message: 'A `.worker.ts` runs by itself: Nest starts it, in `onApplicationBootstrap` or `onModuleInit`.',
};

export const abstractPort = [
  {
    selector: 'ClassDeclaration[abstract=false], ClassExpression[abstract=false]',
    message: 'A `.port.ts` is abstract: its adapters stand beside it.',
  },
  {
    selector: 'Program:not(:has(ClassDeclaration[abstract=true]))',
    message: 'A `.port.ts` has an abstract class, which its adapters extend.',
  },
];
