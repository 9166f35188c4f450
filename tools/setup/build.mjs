/** Compiles what changed, in little memory, and says in one sentence why it could not. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildState, projectsOf, recordBuild } from './built.mjs';
import { runToEnd } from './child.mjs';
import { availableMb } from './limits.mjs';
import { SetupProblem } from './setup-problem.mjs';
import { say, stage } from './stage.mjs';

/** @type {(root: string) => string} */
const compilerOf = (root) => join(root, 'node_modules/@typescript/7/lib/getExePath.js');

/** Finding that nothing changed takes 0.3 s and is not worth a word. */
const quietMs = 3_000;

/** Measured on this tree: 480 MB at the first, 420 MB at the second; without either it is 1,000 MB. */
const roomy = ['--builders', '2', '--checkers', '2'];
const cramped = ['--builders', '1', '--checkers', '1'];
const needsMb = { roomy: 650, cramped: 450 };

/** @param {number} freeMb @returns {string[]} the compiler's options for this much memory */
export const optionsFor = (freeMb) => (freeMb < needsMb.roomy ? cramped : roomy);

/** @type {(root: string, project: string) => boolean} */
const isWritable = (root, project) => {
  const dist = join(root, project, 'dist');
  try {
    accessSync(existsSync(dist) ? dist : join(root, project), constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * @param {Pick<import('./child.mjs').End, 'exitCode' | 'signal' | 'output'>} end of the compiler
 * @param {number} freeMb
 */
export const buildProblem = ({ exitCode, signal, output }, freeMb) => {
  if (signal === 'SIGKILL') {
    return new SetupProblem(
      `The compiler was killed, which is what the system does when memory runs out: it needs about ${needsMb.cramped} MB and ${freeMb} MB were free; free some or add swap, and run the same command again.`,
      { exitCode },
    );
  }
  if (signal !== null) {
    return new SetupProblem(
      `The compiler was ended by ${signal}, so nothing was started: run the same command again.`,
      {
        exitCode,
      },
    );
  }
  if (/cannot allocate memory|out of memory|pthread_create failed/.test(output)) {
    return new SetupProblem(
      `The compiler got no more memory (${freeMb} MB were free, it needs about ${needsMb.cramped} MB; or \`ulimit -v\` is set): free some and run the same command again.`,
    );
  }
  if (/^(panic|fatal error): /m.test(output)) {
    const words = /^(?:panic|fatal error): (.*)$/m.exec(output)?.[1];
    return new SetupProblem(`The compiler failed by itself (${words}), so nothing was started.`);
  }
  return new SetupProblem('The build failed, so nothing was started. Its errors:', { details: output.trimEnd() });
};

/**
 * The compiler itself, without a Node.js process before it.
 *
 * @param {string} root
 * @returns {Promise<string>}
 * @throws SetupProblem
 */
const compilerPath = async (root) => {
  try {
    const { default: getExePath } = await import(pathToFileURL(compilerOf(root)).href);
    return getExePath();
  } catch {
    throw new SetupProblem(
      `The compiler for ${process.platform}-${process.arch} is not installed: run \`npm ci --include=dev --include=optional\`.`,
    );
  }
};

/**
 * Compiles, or finds that nothing is to be compiled.
 *
 * @param {string} root
 * @param {{ withSpecs?: boolean }} [options] `withSpecs`: the test files too
 * @throws SetupProblem
 */
export const build = async (root, { withSpecs = false } = {}) => {
  const projects = projectsOf(root);
  if (!projects.every((project) => isWritable(root, project))) {
    const state = buildState(root);
    if (state === 'built') return;
    throw new SetupProblem(
      `${state === 'missing' ? 'Nothing is compiled yet' : 'What was compiled is older than its source'}, and nothing may be written to ${root}: run \`npm run build\` once as a user who may, or copy the folder to a place of your own.`,
    );
  }
  const exe = await compilerPath(root);
  const freeMb = availableMb();
  if (freeMb < needsMb.cramped && buildState(root) !== 'built') {
    say(`only ${freeMb} MB of memory are free, and compiling takes about ${needsMb.cramped}: this may fail`);
  }
  const begun = Date.now();
  /** @type {(project: string) => boolean} */
  const isDone = (project) => {
    const file = join(root, project, 'dist/.tsbuildinfo');
    return existsSync(file) && statSync(file).mtimeMs >= begun;
  };
  // Half of Go's usual head room for garbage: as fast here, and a third less memory.
  const env = { ...process.env, GOGC: process.env.GOGC ?? '50' };
  const pretty = process.stderr.isTTY === true && process.env.TERM !== 'dumb' && !process.env.NO_COLOR;
  const what = withSpecs ? ['tsconfig.spec.json'] : [];
  const args = ['-b', ...what, ...optionsFor(freeMb), '--pretty', String(pretty)];
  const compile = async () => {
    const end = await runToEnd(exe, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    if (end.interrupted) throw new SetupProblem('Interrupted; the next start compiles again.', { interrupted: true });
    if (end.exitCode !== 0) throw buildProblem(end, freeMb);
  };
  await stage('compiling what changed', 'compiled', compile, {
    progress: () => `${projects.filter(isDone).length} of ${projects.length} projects`,
    quietMs,
  });
  recordBuild(root);
};
