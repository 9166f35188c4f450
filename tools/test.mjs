/**
 * `npm test`: compiles, then runs Jest on what was compiled. Arguments go to Jest as they are: `npm test -- consent`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { constants, availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs Node with `args` in the root; resolves to its exit code, 128 + signal as in a shell. */
const node = (args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
    const passOn = (signal) => child.kill(signal);
    for (const signal of passedOn) process.on(signal, passOn);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of passedOn) process.off(name, passOn);
      resolve(signal === null ? code : 128 + constants.signals[signal]);
    });
  });

/** The compiler leaves what it made of a spec since renamed or deleted; Jest would go on running it. */
const removeSpecsWithoutSource = () => {
  for (const parent of ['libs', 'apps']) {
    for (const folder of readdirSync(join(root, parent))) {
      const dist = join(root, parent, folder, 'dist');
      if (!existsSync(dist)) continue;
      for (const file of readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.spec.js'))) {
        const source = join(root, parent, folder, 'src', file.replace(/\.js$/, '.ts'));
        if (!existsSync(source) && !existsSync(`${source}x`)) rmSync(join(dist, file));
      }
    }
  }
};

const args = process.argv.slice(2);
const saysHowMany = args.some((arg) => /^(-w|-i|--maxWorkers|--runInBand)\b/.test(arg));

// Half of the integration specs wait for a database or a broker, so one worker per core, at most four of them.
const workers = saysHowMany ? [] : [`--maxWorkers=${Math.min(availableParallelism(), 4)}`];

const buildFailed = await node(['node_modules/@typescript/7/bin/tsc', '-b']);
if (buildFailed !== 0) {
  console.error('\nThe build failed, so no test was run. `npm run build` shows the same errors.');
  process.exit(buildFailed);
}

removeSpecsWithoutSource();
process.exit(
  await node([
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...workers,
    ...args,
  ]),
);
