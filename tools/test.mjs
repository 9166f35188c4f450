/**
 * `npm test`: runs Jest on what was compiled. Arguments go to Jest as they are: `npm test -- consent`. `tools/run.cjs` has
 * installed and compiled before.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToEnd } from './setup/child.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

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

removeSpecsWithoutSource();
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const { exitCode } = await runToEnd(process.execPath, [...jest, ...workers, ...args], { cwd: root, stdio: 'inherit' });
process.exit(exitCode);
