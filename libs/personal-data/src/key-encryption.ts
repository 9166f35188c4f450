import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A data key as it rests in the key ring. */
export interface WrappedKey {
  readonly wrapped: Buffer;
  readonly kekVersion: number;
}

/**
 * Wraps data keys under a key-encryption key that has a version and can be rotated; also holds the peppers, which are
 * independent of the rotation. The file adapter is below; a key service is another adapter of the same class.
 */
export abstract class KeyEncryption {
  /** @param context bound to the wrapping; unwrap with the same or it fails */
  abstract wrap(material: Buffer, context: string): WrappedKey;
  abstract unwrap(key: WrappedKey, context: string): Buffer;

  /**
   * Keyed hash for look-ups (blind index) and comparisons: HMAC-SHA-256 under a pepper of its own per `use`.
   * Never for a personnummer, whose hash is the number.
   */
  abstract keyedHash(use: 'email' | 'contact' | 'idempotency' | 'token' | 'suppression' | 'link', text: string): Buffer;
}

interface KeyFile {
  readonly current: number;
  readonly keys: { readonly [version: string]: string };
  readonly pepper: string;
}

const isKey = (value: unknown): boolean => typeof value === 'string' && Buffer.from(value, 'base64').length === 32;

/** The parser's error would quote the file, so there is none. */
const keyFileOf = (text: string): KeyFile | undefined => {
  let file: Partial<KeyFile> | null;
  try {
    file = JSON.parse(text) as Partial<KeyFile> | null;
  } catch {
    return undefined;
  }
  const { current, keys, pepper } = file ?? {};
  const whole = isKey(pepper) && isKey(keys?.[String(current)]) && Object.values(keys ?? {}).every(isKey);
  return whole ? (file as KeyFile) : undefined;
};

/**
 * Can somebody read the file who is not its owner? A file of root's that a group of ours may read is not open: that is
 * how a platform hands a secret to a process without a name.
 */
export const isOpenToOthers = (
  { mode, uid }: { readonly mode: number; readonly uid: number },
  self: number | undefined,
): boolean => (mode & (uid === 0 && self !== 0 ? 0o037 : 0o077)) !== 0;

/** The key-encryption key in a file with mode 0600. */
export class FileKeyEncryption extends KeyEncryption {
  private constructor(private readonly file: KeyFile) {
    super();
  }

  /** Writes a new file unless there is one. */
  static generate(path: string): void {
    if (existsSync(path)) return;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file: KeyFile = {
      current: 1,
      keys: { 1: randomBytes(32).toString('base64') },
      pepper: randomBytes(32).toString('base64'),
    };
    writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    chmodSync(path, 0o600);
  }

  /** @throws Error naming the path and what to do: absent, readable by others, not a key file */
  static read(path: string): FileKeyEncryption {
    if (!existsSync(path)) {
      throw new Error(`the key file ${path} does not exist: restore it, or set KEY_ENCRYPTION_KEY_FILE to where it is`);
    }
    if (isOpenToOthers(statSync(path), process.getuid?.())) {
      throw new Error(`the key file ${path} can be read by others: chmod 600 it`);
    }
    const file = keyFileOf(readFileSync(path, 'utf8'));
    if (file === undefined) {
      throw new Error(`${path} is not a key file: it needs current, keys and pepper, each key 32 bytes in base64`);
    }
    return new FileKeyEncryption(file);
  }

  wrap(material: Buffer, context: string): WrappedKey {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key(this.file.current), iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(material), cipher.final()]);
    return { wrapped: Buffer.concat([iv, cipher.getAuthTag(), sealed]), kekVersion: this.file.current };
  }

  unwrap({ wrapped, kekVersion }: WrappedKey, context: string): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.key(kekVersion), wrapped.subarray(0, 12), {
      authTagLength: 16,
    })
      .setAAD(Buffer.from(context))
      .setAuthTag(wrapped.subarray(12, 28));
    return Buffer.concat([decipher.update(wrapped.subarray(28)), decipher.final()]);
  }

  keyedHash(use: string, text: string): Buffer {
    const pepper = createHmac('sha256', Buffer.from(this.file.pepper, 'base64')).update(`pepper/${use}`).digest();
    return createHmac('sha256', pepper).update(text, 'utf8').digest();
  }

  private key(version: number): Buffer {
    const key = this.file.keys[String(version)];
    if (key === undefined) throw new Error(`key-encryption key version ${version} is not in the key file`);
    return Buffer.from(key, 'base64');
  }
}
