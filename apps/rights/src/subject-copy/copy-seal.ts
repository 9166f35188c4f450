import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const keyBytes = 32;
const partBytes = 256 * 1024;

/** A key for one copy, used for nothing else and gone with it. */
export const oneTimeKey = (): Buffer => randomBytes(keyBytes);

/** Bound to its copy, its number and whether it is the last: parts cannot be swapped, left out or cut off. */
const placeOf = (copyId: string, number: number, last: boolean): Buffer =>
  Buffer.from(`subject-copy|${copyId}|${number}|${last ? 'last' : 'more'}`);

/** The parts of a copy as they rest: AES-256-GCM, `iv || tag || ciphertext`. */
export function* sealedParts(key: Buffer, copyId: string, content: Buffer): Generator<Buffer> {
  const count = Math.max(1, Math.ceil(content.length / partBytes));
  for (let number = 0; number < count; number++) {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(placeOf(copyId, number, number === count - 1));
    const part = content.subarray(number * partBytes, (number + 1) * partBytes);
    const sealed = [cipher.update(part), cipher.final()];
    yield Buffer.concat([iv, cipher.getAuthTag(), ...sealed]);
  }
}

/** @throws Error a part is not the one that was sealed there */
export const openedPart = (key: Buffer, copyId: string, number: number, last: boolean, part: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, part.subarray(0, 12), { authTagLength: 16 })
    .setAAD(placeOf(copyId, number, last))
    .setAuthTag(part.subarray(12, 28));
  return Buffer.concat([decipher.update(part.subarray(28)), decipher.final()]);
};
