import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** C2SP signed-note with Ed25519, signature type 0x01. The name is also the origin of the log. */
const ed25519 = Buffer.from([1]);
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });

/** The 32 bytes of RFC 8032. */
export const publicBytesOf = (key: KeyObject): Buffer =>
  Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x!, 'base64url');

/** Names are part of signature lines: no spaces, no plus, no control characters. */
export const isKeyName = (name: string): boolean => /^[^\s+\p{Cc}]+$/u.test(name);

const keyId = (name: string, publicBytes: Buffer): Buffer =>
  createHash('sha256').update(`${name}\n`).update(ed25519).update(publicBytes).digest().subarray(0, 4);

/** `name+hash+key`: enough to verify a signature; may be published anywhere. */
export const verifierKeyOf = (name: string, publicBytes: Buffer): string =>
  `${name}+${keyId(name, publicBytes).toString('hex')}+${Buffer.concat([ed25519, publicBytes]).toString('base64')}`;

/** @param text ends with a line feed */
export const signNote = (text: string, name: string, privateKey: KeyObject): string => {
  const signature = sign(null, Buffer.from(text), privateKey);
  const line = Buffer.concat([keyId(name, publicBytesOf(privateKey)), signature]).toString('base64');
  return `${text}\n— ${name} ${line}\n`;
};

/**
 * The text of a note that the key signed; `null` when it did not. Lines of other keys are ignored.
 *
 * @throws TypeError the verifier key is invalid
 */
export const openNote = (note: string, verifierKey: string): string | null => {
  const parts = /^(?<name>[^+]+)\+(?<id>[0-9a-f]{8})\+(?<key>.+)$/.exec(verifierKey)?.groups;
  const key = Buffer.from(parts?.['key'] ?? '', 'base64');
  const name = parts?.['name'] ?? '';
  if (key.length !== 33 || key[0] !== 1 || keyId(name, key.subarray(1)).toString('hex') !== parts?.['id']) {
    throw new TypeError('this is not an Ed25519 verifier key');
  }
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) return null;
  const text = note.slice(0, end + 1);
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: key.subarray(1).toString('base64url') },
    format: 'jwk',
  });
  let signed = false;
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [dash, signer, base64] = line.split(' ');
    if (dash !== '—' || signer === undefined || base64 === undefined) return null;
    const bytes = Buffer.from(base64, 'base64');
    if (signer !== name || bytes.subarray(0, 4).toString('hex') !== parts?.['id']) continue;
    if (!verify(null, Buffer.from(text), publicKey, bytes.subarray(4))) return null;
    signed = true;
  }
  return signed ? text : null;
};

/** The contents of a C2SP tlog-checkpoint. */
export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export const treeHeadText = ({ origin, size, root }: TreeHead): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** `null` = not a tree head. */
export const parseTreeHead = (text: string): TreeHead | null => {
  const [origin, size, root, ...rest] = text.split('\n');
  if (origin === undefined || size === undefined || root === undefined || rest.length === 0) return null;
  const bytes = Buffer.from(root, 'base64');
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || bytes.length !== 32) return null;
  return { origin, size: Number(size), root: bytes };
};
