import { closeSync, copyFileSync, existsSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

const limitBytes = 16 * 2 ** 20;
const readBytes = 64 * 2 ** 10;

/** What PostgreSQL writes while it runs. */
export class ClusterLog {
  constructor(private readonly path: string) {}

  /** @returns a descriptor to append to, for the caller to close, and where this run begins */
  open(): { readonly fd: number; readonly start: number } {
    const fd = openSync(this.path, 'a', 0o600);
    return { fd, start: fstatSync(fd).size };
  }

  since(start: number): string {
    const fd = openSync(this.path, 'r');
    try {
      const length = Math.min(fstatSync(fd).size - start, readBytes);
      const buffer = Buffer.alloc(Math.max(length, 0));
      readSync(fd, buffer, 0, buffer.length, start);
      return buffer.toString();
    } finally {
      closeSync(fd);
    }
  }

  /** One generation is kept beside it. */
  bound(): void {
    if (!existsSync(this.path) || statSync(this.path).size < limitBytes) return;
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path);
  }
}
