import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Linux counts processor time in hundredths of a second. */
const msPerTick = 10;

/**
 * @typedef {{ pid: number, parent: number, program: string, cpuMs: number }} Process
 * @typedef {{ [program: string]: number }} ByProgram for instance `{ node: 1200, postgres: 830 }`
 */

/** @param {number} pid @returns {Process | null} `null` = it has ended */
const processOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything; the fields follow its last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Its own time, and that of the children it has waited for: what a backend used is not lost when it ends.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), program: programOf(pid), cpuMs: ticks * msPerTick };
  } catch {
    return null;
  }
};

/** @param {number} pid */
const programOf = (pid) => {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return 'unknown';
  }
};

/**
 * A process and everything below it.
 *
 * @param {number} root
 * @returns {Process[]}
 */
export const treeOf = (root) => {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (processOf(Number(name)) ?? []) : []));
  const wanted = new Set([root]);
  // A parent may have the higher number: as long as one is added, look again.
  for (let size = 0; size !== wanted.size;) {
    size = wanted.size;
    for (const { parent, pid } of all) if (wanted.has(parent)) wanted.add(pid);
  }
  return all.filter(({ pid }) => wanted.has(pid));
};

/** @param {number} root @returns {ByProgram} processor time used so far, ms by program */
export const cpuOf = (root) => {
  /** @type {ByProgram} */
  const used = {};
  for (const { cpuMs, program } of treeOf(root)) used[program] = (used[program] ?? 0) + cpuMs;
  return used;
};

/** @param {ByProgram} before @param {ByProgram} after @returns {ByProgram} */
export const difference = (before, after) =>
  Object.fromEntries(Object.entries(after).map(([program, ms]) => [program, ms - (before[program] ?? 0)]));

/** @param {ByProgram} used */
export const total = (used) => Object.values(used).reduce((sum, ms) => sum + ms, 0);

/** @param {string} file @param {string} name */
const kilobytes = (file, name) => {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
};

/**
 * Memory of a whole tree. RSS counts a page once in every process that maps it, PSS divides it among them.
 *
 * @param {number} root
 * @returns {{ processes: number, rssMb: number, pssMb: number | null }} `null` = PSS may not be read here
 */
export const memoryOf = (root) => {
  const tree = treeOf(root);
  const sum = (/** @type {(pid: number) => number} */ of) => tree.reduce((all, { pid }) => all + of(pid), 0) / 1024;
  const pssMb = sum((pid) => kilobytes(`/proc/${pid}/smaps_rollup`, 'Pss'));
  return {
    processes: tree.length,
    rssMb: sum((pid) => kilobytes(`/proc/${pid}/status`, 'VmRSS') || 0),
    pssMb: Number.isNaN(pssMb) ? null : pssMb,
  };
};
