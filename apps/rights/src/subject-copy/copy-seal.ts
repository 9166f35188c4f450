import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const keyBytes = 32;

/** A key for one copy, used for nothing else and gone with it. */
export const oneTimeKey = (): Buffer => randomBytes(keyBytes);

/** Bound to its copy, its list and its number there: parts cannot be swapped. How many there are, the contents say. */
const placeOf = (copyId: string, list: number, number: number): Buffer =>
  Buffer.from(`subject-copy|${copyId}|${list}|${number}`);

/** A part of a copy as it is kept: AES-256-GCM, `iv || tag || ciphertext`. */
export const sealedPart = (key: Buffer, copyId: string, list: number, number: number, part: Buffer): Buffer => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(placeOf(copyId, list, number));
  const sealed = [cipher.update(part), cipher.final()];
  return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]);
};

/** @throws Error a part is not the one that was sealed there */
export const openedPart = (key: Buffer, copyId: string, list: number, number: number, part: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, part.subarray(0, 12), { authTagLength: 16 })
    .setAAD(placeOf(copyId, list, number))
    .setAuthTag(part.subarray(12, 28));
  return Buffer.concat([decipher.update(part.subarray(28)), decipher.final()]);
};
