/** Runs a command of package.json: checks and sets up, then loads its module here or runs its programs. */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runsProgram, runToEnd, stopSignals } from './child.mjs';
import { commands } from './commands.mjs';
import { prepare } from './prepare.mjs';
import { SetupProblem } from './setup-problem.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** @type {(args: readonly string[]) => boolean} */
const asksForHelp = (args) => args.includes('--help') || args.includes('-h') || args[0] === 'help';

/**
 * The reader of our output may leave (`| head -3`): a command ends quietly, a service as if it were told to stop.
 * Without this Node.js ends with a stack.
 *
 * @type {(isService: boolean) => void}
 */
const endWithReader = (isService) => {
  let left = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code !== 'EPIPE') throw error;
      if (!isService) process.exit(0);
      if (!left) process.kill(process.pid, 'SIGTERM');
      left = true;
    });
  }
};

/**
 * A shop that is told to stop before it runs has nothing to drain: it ends with 0. Installation and compiler are stopped
 * first, by the one that runs them.
 *
 * @returns hands the signals over to the shop
 */
const endBeforeStart = () => {
  const end = () => {
    if (!runsProgram()) process.exit(0);
  };
  for (const signal of stopSignals) process.on(signal, end);
  return () => {
    for (const signal of stopSignals) process.off(signal, end);
  };
};

/** @type {(programs: readonly (readonly [string, ...string[]])[], args: readonly string[]) => Promise<void>} */
const runPrograms = async (programs, args) => {
  for (const [index, [program, ...own]] of programs.entries()) {
    const isLast = index === programs.length - 1;
    const { exitCode } = await runToEnd(
      program === 'node' ? process.execPath : program,
      [...own, ...(isLast ? args : [])],
      { cwd: root, stdio: 'inherit' },
    );
    if (exitCode !== 0) process.exit(exitCode);
  }
};

/**
 * @param {string | undefined} name of `commands`
 * @param {string[]} args what follows it
 */
export const runCommand = async (name, args) => {
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`There is no command ${name ?? 'without a name'}: ${Object.keys(commands).join(', ')}.`);
    process.exit(1);
  }
  endWithReader(command.service === true);
  const handOver = command.shop === true ? endBeforeStart() : () => undefined;
  const setsUp = command.plainHelp !== true || !asksForHelp(args);
  try {
    if (setsUp)
      await prepare(root, command, { asBuilt: command.asBuilt !== undefined && args.includes(command.asBuilt) });
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    console.error(error.message);
    if (error.details !== '') console.error(error.details);
    process.exit(command.shop === true && error.interrupted ? 0 : error.exitCode);
  }
  if (command.programs !== undefined) await runPrograms(command.programs, args);
  if (command.module === undefined) return;
  const module = join(root, command.module);
  process.argv = [process.execPath, module, ...(command.args ?? []), ...args];
  await import(pathToFileURL(module).href);
  handOver();
};
