/** The pair of keys by which services know the gateway: made once, the private half for the owner alone. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} dir where the keys are kept
 * @returns what the services are told
 */
export const trustKeys = (dir) => {
  const signing = join(dir, 'service-signing-key.pem');
  const verification = join(dir, 'service-verification-key.pem');
  if (!existsSync(signing) || !existsSync(verification)) {
    mkdirSync(dir, { recursive: true });
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(signing, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    writeFileSync(verification, publicKey.export({ format: 'pem', type: 'spki' }), { mode: 0o600 });
  }
  return { SERVICE_SIGNING_KEY_FILE: signing, SERVICE_VERIFICATION_KEY_FILE: verification };
};
