import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface OfficerLogin {
  readonly email: string;
  readonly password: string;
}

/**
 * The login of an officer nobody configured, for the owner of the process alone. It is on disk before the account is
 * opened, so whatever ends a start, the password of an account that exists is known.
 */
export class FirstOfficerFile {
  constructor(readonly path: string) {}

  /** @returns `null` = there is none, or none that can be read */
  read(): OfficerLogin | null {
    try {
      const login = JSON.parse(readFileSync(this.path, 'utf8')) as Partial<OfficerLogin> | null;
      if (typeof login?.email !== 'string' || typeof login.password !== 'string') return null;
      chmodSync(this.path, 0o600);
      return { email: login.email, password: login.password };
    } catch {
      return null;
    }
  }

  /**
   * Writes `login` unless another process has written one; whole or not at all.
   *
   * @returns the one that is there now
   * @throws Error in words for an operator: it cannot be written
   */
  keep(login: OfficerLogin): OfficerLogin {
    const fresh = `${this.path}.${randomUUID()}`;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      writeFileSync(fresh, `${JSON.stringify(login)}\n`, { mode: 0o600, flag: 'wx', flush: true });
      if (this.read() === null) rmSync(this.path, { force: true });
      if (!existsSync(this.path)) linkSync(fresh, this.path);
      syncDirectory(dirname(this.path));
    } catch (error) {
      if (this.read() === null) throw notWritten(this.path, error);
    } finally {
      if (existsSync(fresh)) rmSync(fresh);
    }
    const kept = this.read();
    if (kept === null) throw notWritten(this.path, new Error('it is gone again'));
    return kept;
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

const notWritten = (path: string, error: unknown): Error => {
  const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  const mend = 'name a file this user may write, or set OFFICER_EMAIL and OFFICER_PASSWORD';
  return new Error(`FIRST_OFFICER_FILE ${path} cannot be written (${reason}): ${mend}`, { cause: error });
};

const syncDirectory = (path: string): void => {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};
