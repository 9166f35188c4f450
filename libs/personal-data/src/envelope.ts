import { createCipheriv, createDecipheriv, createHmac, randomFillSync, type KeyObject } from 'node:crypto';
import { EnvelopeRejected, type Envelope, type JsonValue } from '@dittoo/kernel';

/** A data key with its name, `<subject>/<category>/<generation>`. */
export interface DataKey {
  readonly kid: string;
  readonly key: KeyObject;
}

/** Values are padded to a multiple of this many bytes, so that the length of a name reveals little. */
const bucketBytes = 32;
const poolBytes = 4096;
const pool = Buffer.alloc(poolBytes);
let poolUsed = poolBytes;

/** 96 random bits; drawn in bulk, used once. */
const randomIv = (): Buffer => {
  if (poolUsed + 12 > poolBytes) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  poolUsed += 12;
  return Buffer.from(pool.subarray(poolUsed - 12, poolUsed));
};

/** The place of a value as bytes: every part length-prefixed, so that `a|b`,`c` is not `a`,`b|c`. */
const additionalData = (kid: string, place: readonly string[]): Buffer => {
  let text = `es1${kid.length}:${kid}`;
  for (const part of place) text += `${part.length}:${part}`;
  return Buffer.from(text, 'utf8');
};

/** JSON text padded with spaces, which JSON ignores; counted in bytes, or every `ö` would be visible. */
const padded = (value: JsonValue): string => {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text, 'utf8');
  return text + ' '.repeat(Math.ceil(bytes / bucketBytes) * bucketBytes - bytes);
};

/** Base64 in its canonical form: Node accepts many encodings of the same bytes. */
const bytesOf = (base64: string, length?: number): Buffer => {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64 || (length !== undefined && bytes.length !== length)) {
    throw new TypeError('not canonical base64 of this length');
  }
  return bytes;
};

/** Key commitment of the ciphertexts of one event or row, which AES-GCM alone lacks. First 16 bytes, base64. */
export const keyCommitment = ({ key }: DataKey, occasion: string): string =>
  createHmac('sha256', key).update(`commit|${occasion}`).digest().subarray(0, 16).toString('base64');

/**
 * @param place where the value is stored; opening needs the same
 * @param occasion the event or row, for the key commitment
 */
export const sealValue = (
  dataKey: DataKey,
  place: readonly string[],
  commitment: string,
  value: JsonValue,
): Envelope => {
  const iv = randomIv();
  const cipher = createCipheriv('aes-256-gcm', dataKey.key, iv);
  cipher.setAAD(additionalData(dataKey.kid, place));
  const ct = cipher.update(padded(value), 'utf8', 'base64') + cipher.final('base64');
  // In the order of the canonical form (RFC 8785), which then has nothing to sort.
  return {
    alg: 'A256GCM',
    ct,
    enc: 1,
    iv: iv.toString('base64'),
    kc: commitment,
    kid: dataKey.kid,
    tag: cipher.getAuthTag().toString('base64'),
  };
};

/** @throws EnvelopeRejected wrong key, wrong place, changed bytes */
export const openValue = (
  dataKey: DataKey,
  place: readonly string[],
  commitment: string,
  sealed: Envelope,
): JsonValue => {
  const field = place.at(-1) ?? '';
  if (sealed.alg !== 'A256GCM' || sealed.kid !== dataKey.kid || sealed.kc !== commitment) {
    throw new EnvelopeRejected(field);
  }
  try {
    // The tag length is set, or Node would accept a tag cut to four bytes.
    const decipher = createDecipheriv('aes-256-gcm', dataKey.key, bytesOf(sealed.iv, 12), { authTagLength: 16 });
    decipher.setAAD(additionalData(sealed.kid, place));
    decipher.setAuthTag(bytesOf(sealed.tag, 16));
    return JSON.parse(decipher.update(bytesOf(sealed.ct), undefined, 'utf8') + decipher.final('utf8')) as JsonValue;
  } catch {
    throw new EnvelopeRejected(field);
  }
};
