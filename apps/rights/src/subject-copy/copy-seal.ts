import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const keyBytes = 32;

/** A key for one copy only, which is destroyed with it. */
export const oneTimeKey = (): Buffer => randomBytes(keyBytes);

/** Binds a part to its copy, list and number, so that parts cannot be swapped. Their count is in the contents. */
const placeOf = (copyId: string, list: number, number: number): Buffer =>
  Buffer.from(`subject-copy|${copyId}|${list}|${number}`);

/** Seals a part of a copy: AES-256-GCM, `iv || tag || ciphertext`. */
export const sealedPart = (key: Buffer, copyId: string, list: number, number: number, part: Buffer): Buffer => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(placeOf(copyId, list, number));
  const sealed = [cipher.update(part), cipher.final()];
  return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]);
};

/** @throws Error the part was not sealed for this place */
export const openedPart = (key: Buffer, copyId: string, list: number, number: number, part: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, part.subarray(0, 12), { authTagLength: 16 })
    .setAAD(placeOf(copyId, list, number))
    .setAuthTag(part.subarray(12, 28));
  return Buffer.concat([decipher.update(part.subarray(28)), decipher.final()]);
};
