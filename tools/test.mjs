/**
 * `npm test`: runs Jest on what was compiled. Arguments go to Jest as they are: `npm test -- consent`. `tools/run.cjs` has
 * installed and compiled before.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTestFile } from './boundaries/test-files.mjs';
import { runToEnd } from './setup/child.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * The compiler leaves what it made of a file since renamed, deleted, or turned into a test file: Jest would go on running
 * it, and an import of what is no longer there would go on working on this machine alone.
 */
const removeOutputWithoutSource = () => {
  /** @type {[string, string][]} */
  const outputs = [
    ['libs', 'dist'],
    ['libs', 'dist-spec'],
    ['apps', 'dist'],
    ['apps', 'dist-spec'],
  ];
  for (const [parent, out] of outputs) {
    for (const folder of readdirSync(join(root, parent))) {
      const [compiled, sources] = [join(root, parent, folder, out), join(root, parent, folder, 'src')];
      if (!existsSync(compiled)) continue;
      for (const file of readdirSync(compiled, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.js'),
      )) {
        const stem = file.slice(0, -'.js'.length);
        const hasSource = ['.ts', '.tsx'].some((ending) => existsSync(join(sources, stem + ending)));
        const belongsHere = isTestFile(file.replaceAll('\\', '/')) === (out === 'dist-spec');
        if (hasSource && belongsHere) continue;
        for (const ending of ['.js', '.js.map', '.d.ts', '.d.ts.map'])
          rmSync(join(compiled, stem + ending), { force: true });
      }
    }
  }
};

const args = process.argv.slice(2);
const saysHowMany = args.some((arg) => /^(-w|-i|--maxWorkers|--runInBand)\b/.test(arg));

// Half of the integration specs wait for a database or a broker, so one worker per core, at most four of them.
const workers = saysHowMany ? [] : [`--maxWorkers=${Math.min(availableParallelism(), 4)}`];

removeOutputWithoutSource();
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const { exitCode } = await runToEnd(process.execPath, [...jest, ...workers, ...args], { cwd: root, stdio: 'inherit' });
process.exit(exitCode);
