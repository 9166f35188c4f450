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
 * The login of a created (not configured) officer, readable by the owner of the process alone. It is on disk before the
 * account is opened, so the password of an existing account is never lost when a start is interrupted.
 */
export class FirstOfficerFile {
  constructor(readonly path: string) {}

  /** @returns `null` = the file is missing or unreadable */
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
   * Writes `login` atomically, unless another process has already written one.
   *
   * @returns the login now in the file
   * @throws Error with a message for the operator: the file cannot be written
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
    if (kept === null) throw notWritten(this.path, new Error('the file disappeared after it was written'));
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
