import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildProblem, optionsFor } from './build.mjs';
import { buildState, recordBuild } from './built.mjs';
import { runToEnd } from './child.mjs';
import { commands } from './commands.mjs';
import { installProblem, tailOf } from './install.mjs';
import { leastOpenFiles, openFilesIn, requireOpenFiles } from './limits.mjs';
import { installedPackages } from './packages.mjs';
import { processIdentity } from './process-identity.mjs';
import { stage } from './stage.mjs';
import { inTurn } from './turn.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const { refusalOf, oldest } = createRequire(import.meta.url)('./node-version.cjs');
const packageJson = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

/** @type {string} */
let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dittoo-setup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** @param {string} path @param {unknown} content text, or what is written as JSON */
const write = (path, content) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
};

describe('the version of Node.js', () => {
  it.each(['v20.19.0', 'v20.20.2', 'v22.12.0', 'v22.23.3', 'v24.0.0', 'v24.21.0', 'v25.1.0', 'v26.0.0'])(
    '%s is fine',
    (version) => expect(refusalOf(version)).toBeNull(),
  );

  it.each(['v12.22.0', 'v18.20.8', 'v20.18.1', 'v21.7.0', 'v22.11.0', 'v23.11.0'])('%s is refused', (version) => {
    expect(refusalOf(version)).toContain(version);
    expect(refusalOf(version)).toContain('install Node.js 24');
  });

  it('is what package.json says', () => {
    const ranges = oldest.map((/** @type {[number, number]} */ [major, minor], /** @type {number} */ index) =>
      index === oldest.length - 1 ? `>=${major}` : `^${major}.${minor}.0`,
    );
    expect(packageJson.engines.node).toBe(ranges.join(' || '));
  });
});

describe('the scripts of package.json', () => {
  it('are exactly the commands, and each goes through the set-up', () => {
    expect(Object.keys(packageJson.scripts).sort()).toEqual(Object.keys(commands).sort());
    for (const [name, script] of Object.entries(packageJson.scripts)) {
      expect(script).toBe(`exec node tools/run.cjs ${name}`);
    }
  });

  it('an unknown one is named', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(repository, 'tools/run.cjs'), 'toString'], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^There is no command toString: start,/);
  });
});

describe('what is installed', () => {
  const lock = (version = '1.0.0') => ({
    packages: {
      '': { name: 'x' },
      'libs/a': { version: '0.1.0' },
      'node_modules/a': { resolved: 'libs/a', link: true },
      'node_modules/b': { version, integrity: `sha512-${version}` },
      'node_modules/compiler': { version: '7.0.0', dev: true },
      'node_modules/other-system': { version: '1.0.0', optional: true, os: ['none'] },
    },
  });
  const install = (/** @type {string[]} */ ...names) => {
    /** @type {Record<string, object>} */
    const packages = lock().packages;
    const paths = names.map((name) => `node_modules/${name}`);
    for (const path of paths) write(`${path}/package.json`, {});
    write('node_modules/.package-lock.json', {
      packages: Object.fromEntries(paths.map((path) => [path, packages[path]])),
    });
  };

  it('is complete without what is for other systems', () => {
    write('package-lock.json', lock());
    install('a', 'b', 'compiler');
    expect(installedPackages(root)).toEqual({ state: 'complete' });
  });

  it('is a production installation without development packages', () => {
    write('package-lock.json', lock());
    install('a', 'b');
    expect(installedPackages(root)).toEqual({ state: 'production' });
  });

  it('is missing: nothing there, an interrupted installation, another version, a deleted folder', () => {
    write('package-lock.json', lock());
    expect(installedPackages(root)).toHaveProperty('reason', 'nothing is installed yet');
    write('node_modules/b/package.json', {});
    expect(installedPackages(root)).toHaveProperty('reason', 'the last installation did not finish');
    install('a', 'b', 'compiler');
    rmSync(join(root, 'node_modules/b'), { recursive: true });
    expect(installedPackages(root)).toEqual({ state: 'missing', reason: 'node_modules/b is not installed' });
    install('a', 'b', 'compiler');
    write('package-lock.json', lock('1.0.1'));
    expect(installedPackages(root)).toHaveProperty('reason', 'node_modules/b is not the version of the lock file');
  });
});

describe('why nothing was installed', () => {
  /** @type {(output: string, signal?: string | null) => Parameters<typeof installProblem>[0]} */
  const end = (output, signal = null) => ({ exitCode: 1, signal, output });

  it.each([
    ['npm error code ENOTFOUND', 'the package registry cannot be reached'],
    ['npm ERR! code ECONNREFUSED', 'the package registry cannot be reached'],
    ['npm error code EUSAGE', 'package.json and package-lock.json do not fit together'],
    ['npm error code ENOSPC', 'the disk is full'],
    ['npm error something else', 'npm gave up'],
  ])('%s', (output, sentence) => expect(installProblem(end(output)).message).toContain(sentence));

  it('shows what npm said, without its log files', () => {
    const output =
      'npm error code ENOTFOUND\nnpm error\nnpm error A complete log of this run can be found in: /x.log\n';
    expect(tailOf(output)).toBe('  npm error code ENOTFOUND');
  });

  it('names a kill', () => expect(installProblem(end('', 'SIGKILL')).message).toContain('npm was killed'));
});

describe('a build', () => {
  it('takes less memory where little is free', () => {
    expect(optionsFor(8_000)).toEqual(['--builders', '2', '--checkers', '2']);
    expect(optionsFor(500)).toEqual(['--builders', '1', '--checkers', '1']);
  });

  it('that the system killed is named as that', async () => {
    const end = await runToEnd(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'], { stdio: 'pipe' });
    expect(end).toMatchObject({ signal: 'SIGKILL', exitCode: 137, interrupted: false });
    expect(buildProblem(end, 123).message).toMatch(/was killed.*memory runs out.*123 MB were free/);
  });

  it('that has errors shows them, and one that panics does not show its stack', () => {
    const failed = buildProblem({ exitCode: 2, signal: null, output: 'a.ts(1,1): error TS1: no\n' }, 1_000);
    expect(failed.details).toBe('a.ts(1,1): error TS1: no');
    const panicked = buildProblem({ exitCode: 2, signal: null, output: 'panic: read-only\n\ngoroutine 1:\n' }, 1_000);
    expect(`${panicked.message}${panicked.details}`).toBe(
      'The compiler failed by itself (read-only), so nothing was started.',
    );
  });
});

describe('what was compiled', () => {
  beforeEach(() => {
    write('tsconfig.json', { references: [{ path: 'libs/a' }] });
    write('tsconfig.base.json', {});
    write('package-lock.json', {});
    write('libs/a/tsconfig.json', {});
    write('libs/a/src/a.ts', 'export {};');
  });

  it('is missing, then built, then outdated by content', () => {
    expect(buildState(root)).toBe('missing');
    write('libs/a/dist/.tsbuildinfo', '{}');
    expect(buildState(root)).toBe('built');
    recordBuild(root);
    write('libs/a/src/a.ts', 'export const a = 1;');
    expect(buildState(root)).toBe('outdated');
  });

  it('is outdated when a catalogue of messages changed', () => {
    write('libs/a/src/messages/sv.json', { greeting: 'Hej' });
    write('libs/a/dist/.tsbuildinfo', '{}');
    recordBuild(root);
    write('libs/a/src/messages/sv.json', { greeting: 'Hej!' });
    expect(buildState(root)).toBe('outdated');
  });

  it('is still built in a copy with other times', () => {
    write('libs/a/dist/.tsbuildinfo', '{}');
    recordBuild(root);
    write('libs/a/src/a.ts', 'export {};');
    expect(buildState(root)).toBe('built');
  });
});

describe('open files', () => {
  it('are read as the system writes them', () => {
    expect(openFilesIn('Max open files            1024                 4096                 files')).toBe(4096);
    expect(openFilesIn('Max open files            1024                 unlimited            files')).toBeUndefined();
  });

  it('too few are said with what to do', () => {
    expect(() => requireOpenFiles(leastOpenFiles - 1)).toThrow(/Only 1023 files.*ulimit -n/);
    expect(() => requireOpenFiles(leastOpenFiles)).not.toThrow();
  });
});

describe('a stage', () => {
  it('says what it does, how far it is and how long it took', async () => {
    /** @type {string[]} */
    const lines = [];
    /** @type {(result: string) => void} */
    let release = () => undefined;
    const work = () => /** @type {Promise<string>} */ (new Promise((resolve) => (release = resolve)));
    const progress = () => {
      release('done');
      return '1 of 2';
    };
    const options = { progress, tickMs: 1, out: (/** @type {string} */ line) => void lines.push(line) };
    await expect(stage('doing', 'did', work, options)).resolves.toBe('done');
    expect(lines[0]).toBe('doing …');
    expect(lines[1]).toMatch(/^… 1 of 2, \d\.\d s$/);
    expect(lines.at(-1)).toMatch(/^did in \d\.\d s$/);
  });

  it('is silent when it is over before anybody wonders', async () => {
    /** @type {string[]} */
    const lines = [];
    await stage('doing', 'did', async () => undefined, {
      quietMs: 10_000,
      out: (/** @type {string} */ line) => void lines.push(line),
    });
    expect(lines).toEqual([]);
  });
});

describe('the turn', () => {
  it('is one at a time, and is over after an error', async () => {
    /** @type {string[]} */
    const order = [];
    const work = (/** @type {string} */ name) => async () => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
    };
    await expect(inTurn(root, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await inTurn(root, work('a'));
    await inTurn(root, work('b'));
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  const lockOf = (/** @type {number} */ pid) => `${pid} ${processIdentity(pid)}`;
  const lock = () => readFileSync(join(root, '.setup.lock'), 'utf8');

  it('waits for a process that is at it, and takes over once that has ended', async () => {
    /** @type {string[]} */
    const lines = [];
    write('.setup.lock', lockOf(process.ppid));
    const waiting = inTurn(root, async () => lock(), {
      pollMs: 1,
      out: (line) => {
        lines.push(line);
        write('.setup.lock', '99999999 1');
      },
    });
    await expect(waiting).resolves.toBe(lockOf(process.pid));
    expect(lines).toEqual([
      `another command (process ${process.ppid}) is installing or compiling here; waiting for it`,
    ]);
    expect(readdirSync(root)).toEqual([]);
  });

  it.each([
    ['a process that reuses the pid of the holder', `${process.ppid} 1`],
    ['a lock without a start time', String(process.ppid)],
    ['a lock that was never written', ''],
  ])('is not kept by %s', async (_name, content) => {
    write('.setup.lock', content);
    /** @type {string[]} */
    const lines = [];
    await expect(
      inTurn(root, async () => lock(), { pollMs: 1, out: (/** @type {string} */ line) => void lines.push(line) }),
    ).resolves.toBe(lockOf(process.pid));
    expect(lines).toEqual([]);
  });

  it('goes to one of several processes that find a stale lock at once', async () => {
    write('.setup.lock', `${process.ppid} 1`);
    const script = `import { inTurn } from ${JSON.stringify(new URL('./turn.mjs', import.meta.url).href)};
      import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      const note = (text) => appendFileSync(${JSON.stringify(join(root, 'order'))}, text + process.pid + '\\n');
      await inTurn(${JSON.stringify(root)}, async () => {
        note('begins ');
        await sleep(30);
        note('ends ');
      }, { pollMs: 5, out: () => undefined });`;
    const run = () => runToEnd(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
    const ends = await Promise.all([run(), run(), run(), run()]);
    expect(ends.map(({ exitCode, output }) => [exitCode, output])).toEqual(Array(4).fill([0, '']));
    const lines = readFileSync(join(root, 'order'), 'utf8').trim().split('\n');
    expect(lines).toHaveLength(8);
    for (let at = 0; at < 8; at += 2) expect(lines[at + 1]).toBe(lines[at]?.replace('begins', 'ends'));
  });
});

describe('the workspace packages', () => {
  it('are private, and their scope has no registry', () => {
    expect(readFileSync(join(repository, '.npmrc'), 'utf8')).toContain('@dittoo:registry=https://registry.invalid/');
    const { packages } = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8'));
    const own = Object.entries(packages).filter(([path]) => /^(apps|libs)\//.test(path));
    expect(own.length).toBeGreaterThan(15);
    for (const [path, { name }] of own) {
      expect(JSON.parse(readFileSync(join(repository, path, 'package.json'), 'utf8')).private).toBe(true);
      const named = name ?? JSON.parse(readFileSync(join(repository, path, 'package.json'), 'utf8')).name;
      expect(packages[`node_modules/${named}`]).toEqual({ resolved: path, link: true });
    }
  });

  it.each(['.pnpmfile.cjs', 'tools/setup/use-npm.cjs'])('%s refuses another installer', (file) => {
    const { status, stderr } = spawnSync(process.execPath, [join(repository, file)], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^This repository is installed with npm: use `npm start`/);
  });
});
