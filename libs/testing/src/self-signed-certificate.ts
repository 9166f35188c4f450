import { generateKeyPairSync, sign } from 'node:crypto';

/** Certificate and private key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const ascii = (tag: number, text: string): Buffer => der(tag, Buffer.from(text, 'ascii'));
const hex = (tag: number, text: string): Buffer => der(tag, Buffer.from(text, 'hex'));

/** A new self-signed certificate for 127.0.0.1: a client that trusts it as a CA trusts a server with it. */
export const selfSignedCertificate = (): TestCertificate => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(0x30, hex(0x06, '2a8648ce3d040302'));
  const name = der(0x30, der(0x31, der(0x30, hex(0x06, '550403'), ascii(0x0c, 'test'))));
  const validity = der(0x30, ascii(0x17, '200101000000Z'), ascii(0x17, '491231235959Z'));
  const address = der(0x30, hex(0x06, '551d11'), der(0x04, der(0x30, hex(0x87, '7f000001'))));
  const subjectPublicKey = publicKey.export({ type: 'spki', format: 'der' });
  const version = der(0xa0, hex(0x02, '02'));
  const extensions = der(0xa3, der(0x30, address));
  const body = der(0x30, version, hex(0x02, '01'), algorithm, name, validity, name, subjectPublicKey, extensions);
  const signature = sign('sha256', body, privateKey);
  const certificate = der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
};
