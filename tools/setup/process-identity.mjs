/** As `libs/database/src/process-identity.ts`, which is not compiled yet when the set-up runs. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When this process started, which tells it from a later process with the same pid.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process, or a zombie only
 */
export const processIdentity = (pid) => {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third field on
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    }
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim();
  } catch {
    return undefined;
  }
};
