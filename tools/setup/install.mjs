/** Installs what the lock file names, with npm, and says in one sentence why it could not. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './child.mjs';
import { packagesOf } from './packages.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { stage } from './stage.mjs';

/**
 * What npm's error codes mean, and what to do.
 *
 * @type {[RegExp, string][]}
 */
const causes = [
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/,
    'the package registry cannot be reached: check the network, or the proxy and registry of `npm config list`',
  ],
  [
    /\b(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|CERT_HAS_EXPIRED)\b/,
    "the certificate of the package registry is not trusted: set `cafile` in npm's configuration",
  ],
  [/\b(E401|E403)\b/, 'the package registry wants other credentials: see `npm config list`'],
  [/\b(EUSAGE)\b/, 'package.json and package-lock.json do not fit together: run `npm install` and commit both'],
  [/\bENOSPC\b/, 'the disk is full: node_modules takes about 500 MB'],
  [/\b(EACCES|EPERM|EROFS)\b/, 'npm may not write where it has to: see the message below'],
  [/\bEINTEGRITY\b/, 'what was downloaded is not what the lock file names: run `npm cache verify` and try again'],
];

/**
 * npm's own words without the pointers to its log files.
 *
 * @param {string} output
 * @param {number} [lines] how many of the last ones
 */
export const tailOf = (output, lines = 8) =>
  output
    .split('\n')
    .filter(
      (line) =>
        line.trim() !== '' && !/complete log of this run|^npm notice|^npm (error|ERR!)\s*$|debug-\d+\.log/.test(line),
    )
    .slice(-lines)
    .map((line) => `  ${line}`)
    .join('\n');

/** @param {Pick<import('./child.mjs').End, 'exitCode' | 'signal' | 'output'>} end of npm */
export const installProblem = ({ exitCode, signal, output }) => {
  if (signal === 'SIGKILL') {
    return new SetupProblem(
      'The packages are not installed: npm was killed, which is what the system does when memory runs out; free some (npm takes about 400 MB) and run the same command again.',
      { exitCode },
    );
  }
  const [, cause] = causes.find(([code]) => code.test(output)) ?? [undefined, 'npm gave up, and says why below'];
  return new SetupProblem(`The packages are not installed: ${cause}; then run the same command again.`, {
    details: tailOf(output),
  });
};

/** The npm that runs us, else the one of the path. @returns {[string, ...string[]]} */
const npmCommand = () => {
  const own = process.env.npm_execpath;
  return own !== undefined && /npm-cli\.js$/.test(own) && existsSync(own) ? [process.execPath, own] : ['npm'];
};

/** @param {string} root */
const requireWritable = (root) => {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new SetupProblem(
      `The packages are not installed, and nothing may be written to ${root}: run \`npm ci && npm run build\` once as a user who may, or copy the folder to a place of your own.`,
    );
  }
};

/**
 * `npm ci`, development packages included. No install script runs: none is needed.
 *
 * @param {string} root
 * @param {string} reason why, for the line that says so
 * @throws SetupProblem
 */
export const installPackages = async (root, reason) => {
  requireWritable(root);
  const expected = packagesOf(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))).map(([path]) => path);
  const progress = () =>
    `${expected.filter((path) => existsSync(join(root, path, 'package.json'))).length} of ${expected.length} packages`;
  const [program, ...before] = npmCommand();
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-progress',
  ];
  // What is in npm's cache already is not asked for again; a registry that is away is given up on within half a minute.
  args.push(
    '--no-update-notifier',
    '--prefer-offline',
    '--fetch-retries=3',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=8000',
  );
  const env = { ...process.env, NODE_ENV: 'development', npm_config_color: 'false' };
  /** @type {import('node:child_process').SpawnOptions} */
  const options = { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] };
  await stage(
    `installing ${expected.length} packages by the lock file (${reason})`,
    `installed ${expected.length} packages`,
    async () => {
      const end = await runToEnd(program, [...before, ...args], options).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
        throw new SetupProblem('There is no npm on the path: install Node.js with npm (https://nodejs.org).');
      });
      if (end.interrupted) throw new SetupProblem('Interrupted; the next start installs again.', { interrupted: true });
      if (end.exitCode !== 0) throw installProblem(end);
    },
    { progress },
  );
};
