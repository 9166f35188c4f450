/** The instructions of a Dockerfile, and what the rehearsal plays of them. */
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

/** @type {(text: string) => { instruction: string, flags: Record<string, string>, rest: string }[]} */
export const readDockerfile = (text) =>
  text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, instruction, after = ''] = /^\s*([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (instruction === undefined) throw new Error(`not an instruction: ${line}`);
      /** @type {Record<string, string>} */
      const flags = {};
      const rest = after.replace(/^(?:--([\w-]+)=(\S+)\s+)*/, (all) => {
        for (const [, name = '', value = ''] of all.matchAll(/--([\w-]+)=(\S+)/g)) flags[name] = value;
        return '';
      });
      return { instruction, flags, rest: rest.trim() };
    });

/** @typedef {{ name: string, root: string, workdir: string, env: Record<string, string>, cmd: string[], entrypoint: string[] }} Stage */

/**
 * Plays the instructions with directories for file systems: a stage's root is `<work>/<stage>`. Bases from a registry are
 * empty directories, so what a base brings along is not tried; commands run on this machine, with paths that must be
 * relative to the working directory.
 *
 * @param {string} text
 * @param {object} options
 * @param {string} options.work
 * @param {(command: string, cwd: string, env: Record<string, string>) => void} options.run runs a shell command; throws when it fails
 * @param {(to: string) => void} options.copyContext copies the build context (what .dockerignore leaves) into a directory
 * @returns {Map<string, Stage>} every stage
 */
export const playDockerfile = (text, { work, run, copyContext }) => {
  /** @type {Map<string, Stage>} */
  const stages = new Map();
  /** @type {Stage} */
  let stage = { name: '', root: work, workdir: '/', env: {}, cmd: [], entrypoint: [] };
  for (const { instruction, flags, rest } of readDockerfile(text)) {
    const inside = (/** @type {string} */ path) =>
      join(stage.root, path.startsWith('/') ? path : join(stage.workdir, path));
    if (instruction === 'FROM') {
      const [, base, name] = /^(\S+)\s+AS\s+(\S+)$/.exec(rest) ?? [];
      if (base === undefined || name === undefined) throw new Error(`name the stage: FROM ${rest}`);
      const from = stages.get(base);
      stage = { ...(from ?? { workdir: '/', env: {}, cmd: [], entrypoint: [] }), name, root: join(work, name) };
      stages.set(name, stage);
      mkdirSync(stage.root, { recursive: true });
      if (from !== undefined) cpSync(from.root, stage.root, { recursive: true, verbatimSymlinks: true });
    } else if (instruction === 'WORKDIR') {
      stage.workdir = posix.resolve(stage.workdir, rest);
      mkdirSync(join(stage.root, stage.workdir), { recursive: true });
    } else if (instruction === 'COPY') {
      const [source = '', destination = '', ...more] = rest.split(/\s+/);
      if (more.length > 0) throw new Error(`one source each: COPY ${rest}`);
      const to = inside(destination);
      mkdirSync(dirname(to), { recursive: true });
      if (flags.from === undefined) {
        if (source !== '.') throw new Error(`the whole context: COPY ${rest}`);
        copyContext(to);
      } else {
        const from = stages.get(flags.from);
        if (from === undefined) throw new Error(`there is no stage ${flags.from}`);
        cpSync(join(from.root, source), to, { recursive: true, verbatimSymlinks: true });
      }
    } else if (instruction === 'RUN') {
      run(rest, join(stage.root, stage.workdir), stage.env);
    } else if (instruction === 'ENV') {
      const [name = '', value = ''] = rest.split('=');
      stage.env = { ...stage.env, [name]: value };
    } else if (instruction === 'CMD') {
      stage.cmd = JSON.parse(rest);
    } else if (instruction === 'ENTRYPOINT') {
      stage.entrypoint = JSON.parse(rest);
    } else if (!['USER', 'EXPOSE'].includes(instruction)) {
      throw new Error(`the rehearsal does not know ${instruction}`);
    }
  }
  return stages;
};

/** Bytes under a directory, links not followed. @param {string} directory */
export const sizeOf = (directory) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

/** Files under a directory whose path matches, as paths from it. @type {(directory: string, pattern: RegExp) => string[]} */
export const filesLike = (directory, pattern) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((path) => pattern.test(path));
