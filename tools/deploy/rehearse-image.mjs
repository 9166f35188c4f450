/**
 * `npm run deploy:rehearse` - plays deploy/Dockerfile without a Docker engine: its own instructions, directories for file
 * systems, this machine's Node.js for the base image's. Then every program of the images is started from what came out,
 * on read-only files, as a user without a name, with an environment it must refuse.
 *
 * Shown: the instructions work, nothing a program imports is missing, nothing of a laptop, a test or a compiler came along.
 * Not shown: the base images, the entry point's path, users and mounts of a real engine.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesLike, playDockerfile, sizeOf } from './dockerfile.mjs';
import { misplacedIn } from './image-files.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'dittoo-image-'));
/** @type {string[]} */
const problems = [];
const nobody = 65_532;

/** @typedef {import('./dockerfile.mjs').Stage} Stage */

/** @type {(to: string) => void} */
const copyContext = (to) => {
  // Tracked and new files: what a fresh clone has, which is a subset of what .dockerignore lets pass.
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of stdout
    .toString()
    .split('\0')
    .filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(root, file), join(to, file));
  }
};

/** @type {(command: string, cwd: string, env: Record<string, string>) => void} */
const run = (command, cwd, env) => {
  console.log(`   ${command.length > 100 ? `${command.slice(0, 100)} …` : command}`);
  const { status } = spawnSync('sh', ['-c', command], { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
  if (status !== 0) throw new Error(`failed (${status}): ${command}`);
};

/**
 * What a program says when it is started like in a container, with nothing but a broken environment.
 *
 * @type {(image: Stage, program: string) => { status: number | null, said: string }}
 */
const start = (image, program) => {
  const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const [, ...flags] = image.entrypoint;
  const { status, stderr } = spawnSync(process.execPath, [...flags, program], {
    cwd: join(image.root, image.workdir),
    env: { ...image.env, PORT: 'no port', KAFKA_BROKERS: 'no broker', DATABASE_URL: 'no url', HOST: '127.0.0.1' },
    timeout: 60_000,
    ...asNobody,
  });
  return { status, said: stderr.toString().trim() };
};

/**
 * The one-shot makes three files, and the second time it makes the same.
 *
 * @type {(image: Stage) => void}
 */
const makesKeys = (image) => {
  const [, ...flags] = image.entrypoint;
  const directory = join(image.root, 'keys');
  run('chmod -R a+rwX keys', image.root, {});
  const files = ['key-encryption-key', 'service-signing-key', 'service-verification-key'].map((kind) =>
    join(directory, kind, kind),
  );
  const make = () => {
    const made = spawnSync(process.execPath, [...flags, 'deploy/image/make-keys.mjs', ...files], {
      cwd: join(image.root, image.workdir),
      env: image.env,
      ...(process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
    });
    if (made.status !== 0) problems.push(`make-keys ended with ${made.status}: ${made.stderr}`);
    return files.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join();
  };
  const first = make();
  const isRight = first === make() && /BEGIN PRIVATE KEY/.test(first) && /BEGIN PUBLIC KEY/.test(first);
  console.log(`   ${isRight ? 'makes' : 'WRONG'}  the key files, once`);
  if (!isRight) problems.push('make-keys does not keep what it made');
};

/**
 * Starts every program of an image and checks the names of all its files.
 *
 * @type {(image: Stage, options: { mayHoldSandbox: boolean }) => void}
 */
const rehearse = (image, { mayHoldSandbox }) => {
  const app = join(image.root, image.workdir);
  const programs = filesLike(app, /^apps\/[^/]+\/dist\/(main|migrate)\.js$|^tools\/kafka\/topics\.mjs$/);
  run('chmod -R a-w .', image.root, {});
  for (const program of programs) {
    const { status, said } = start(image, program);
    const isRefusal =
      status === 1 && /PORT|KAFKA_BROKERS|DATABASE_URL|_URL must/.test(said) && !/ERR_MODULE|\n\s+at /.test(said);
    console.log(`   ${isRefusal ? 'refuses' : 'WRONG'}  ${program}: ${said.split('\n').at(isRefusal ? 0 : -1)}`);
    if (!isRefusal) problems.push(`${program} ended with ${status}: ${said.slice(-2_000)}`);
  }
  if (!existsSync(join(app, image.cmd[0] ?? 'nothing'))) problems.push(`CMD ${image.cmd} is not there`);
  const misplaced = misplacedIn(filesLike(app, /./), { mayHoldSandbox });
  if (misplaced.length > 0) problems.push(`does not belong in ${image.name}: ${misplaced.slice(0, 5).join(', ')}`);
  const size = Math.round(sizeOf(image.root) / 2 ** 20);
  console.log(`   ${image.name}: ${programs.length} programs, ${size} MiB on top of the base`);
};

try {
  const stages = playDockerfile(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8'), { work, run, copyContext });
  chmodSync(work, 0o711);
  const [sandbox, shop] = [stages.get('sandbox'), stages.get('shop')];
  if (sandbox === undefined || shop === undefined) throw new Error('the stages sandbox and shop must be there');
  rehearse(sandbox, { mayHoldSandbox: true });
  rehearse(shop, { mayHoldSandbox: false });
  makesKeys(shop);
} catch (error) {
  problems.push(error instanceof Error ? error.message : String(error));
} finally {
  run('chmod -R u+w .', work, {});
  rmSync(work, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
