import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { generateKeyFile, keyFileStamp, readKeyFile, type KeyFile } from './key-file.js';

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
   * Keyed hash for lookups (blind index) and comparisons: HMAC-SHA-256 under a pepper of its own per `use`.
   * Never for a personnummer: so few are possible that the hash reveals the number.
   */
  abstract keyedHash(use: 'email' | 'contact' | 'idempotency' | 'token' | 'suppression' | 'link', text: string): Buffer;
}

const reloadEveryMs = 1_000;

/**
 * The key-encryption key in a file with mode 0600. A change of the file (a rotation) is noticed within a second, and at
 * once when an unknown version is requested, so that no process needs a restart.
 */
export class FileKeyEncryption extends KeyEncryption {
  private reloadedAt = performance.now();

  private constructor(
    private readonly path: string,
    private file: KeyFile,
    private stamp: string,
  ) {
    super();
  }

  /** Writes a new file unless there is one. */
  static generate(path: string): void {
    generateKeyFile(path);
  }

  /** @throws Error naming the path and what to do: absent, readable by others, not a key file */
  static read(path: string): FileKeyEncryption {
    const file = readKeyFile(path);
    return new FileKeyEncryption(path, file, keyFileStamp(path));
  }

  /** The version new wrappings use. */
  get currentVersion(): number {
    this.reloadIfStale();
    return this.file.current;
  }

  wrap(material: Buffer, context: string): WrappedKey {
    const version = this.currentVersion;
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key(version), iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(material), cipher.final()]);
    return { wrapped: Buffer.concat([iv, cipher.getAuthTag(), sealed]), kekVersion: version };
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
    this.reloadIfStale();
    if (this.file.keys[String(version)] === undefined) this.reload();
    const key = this.file.keys[String(version)];
    if (key === undefined) throw new Error(`key-encryption key version ${version} is not in the key file`);
    return Buffer.from(key, 'base64');
  }

  private reloadIfStale(): void {
    if (performance.now() - this.reloadedAt > reloadEveryMs) this.reload();
  }

  /** If the file cannot be read at the moment, the known versions stay in use. */
  private reload(): void {
    this.reloadedAt = performance.now();
    try {
      const stamp = keyFileStamp(this.path);
      if (stamp === this.stamp) return;
      this.file = readKeyFile(this.path);
      this.stamp = stamp;
    } catch {
      // the next check, or the next start, reports the error
    }
  }
}
