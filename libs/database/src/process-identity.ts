import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Distinguishes a process from a later one with the same pid: its start time. `undefined` = no such process, or a
 * zombie.
 */
export const processIdentity = (pid: number): string | undefined => {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from field 3 on
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim();
  } catch {
    return undefined;
  }
};

/** Whether `pid` is a PostgreSQL that works in `clusterDir`. */
export const isPostgresOf = (pid: number, clusterDir: string): boolean => {
  if (processIdentity(pid) === undefined) return false;
  if (process.platform === 'linux') {
    try {
      return (
        readlinkSync(`/proc/${pid}/cwd`) === clusterDir && /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      );
    } catch {
      return false;
    }
  }
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(clusterDir);
  } catch {
    return false;
  }
};

/** PostgreSQL processes that still work in `clusterDir`: backends can briefly outlive a killed postmaster. */
export const postgresProcessesIn = (clusterDir: string): number[] =>
  process.platform !== 'linux'
    ? []
    : readdirSync('/proc')
        .map(Number)
        .filter((pid) => Number.isInteger(pid) && isPostgresOf(pid, clusterDir));
