/** What the system lets this process have, looked at before anything is begun that would fail half-way. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { SetupProblem } from './setup-problem.mjs';

/** Measured: with 512 the start fails while it loads its modules, with 640 a hundred requests at once are answered. */
export const leastOpenFiles = 1024;

/** Memory that may still be taken, of this machine and of the container around us. */
export const availableMb = () => {
  let bytes = os.freemem();
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    if (kilobytes !== undefined) bytes = Number(kilobytes) * 1024;
  } catch {
    // not Linux
  }
  return Math.floor(Math.min(bytes, process.availableMemory?.() ?? bytes) / 1024 ** 2);
};

/** @param {string} limits as in /proc @returns {number | undefined} open files this process and its children may have; Node.js raises the soft limit to this */
export const openFilesIn = (limits) => {
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  return hard === undefined ? undefined : Number(hard);
};

const openFiles = () => {
  try {
    return openFilesIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return undefined; // not Linux
  }
};

/** @param {number | undefined} [limit] @throws SetupProblem when a service could not open what it needs */
export const requireOpenFiles = (limit = openFiles()) => {
  if (limit === undefined || limit >= leastOpenFiles) return;
  throw new SetupProblem(
    `Only ${limit} files may be open at once here (\`ulimit -n\`), and the shop with its database needs ${leastOpenFiles}: raise the limit, for example \`ulimit -Hn 4096; ulimit -n 4096\` or \`docker run --ulimit nofile=4096\`.`,
  );
};
