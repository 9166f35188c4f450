import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DomainError } from '@dittoo/kernel';
import { jwtVerify, SignJWT } from 'jose';

/** Header with the gateway's token; the caller's own `Authorization` is forwarded unchanged beside it. */
export const serviceTokenHeader = 'x-service-token';

const issuer = 'dittoo/gateway';
const audienceOf = (service: string): string => `dittoo/${service}`;

/** Lifetime of a token, and how early it is renewed, so that it never arrives expired. */
const lifeSeconds = 60;
const renewAfterMs = 30_000;
/** Tolerated clock difference between two machines. */
const toleranceSeconds = 5;

const requireEd25519 = (file: string, name: string, read: (pem: string) => KeyObject): KeyObject => {
  let key: KeyObject;
  try {
    key = read(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'not PEM';
    throw new Error(`${name} cannot be read (${reason}): name the PEM file of an Ed25519 key`, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${name} must be an Ed25519 key`);
  return key;
};

/** Signs tokens that prove to one service that a request comes from the gateway. */
export class ServiceTokens {
  private readonly made = new Map<string, { readonly token: Promise<string>; readonly madeAt: number }>();

  private constructor(private readonly key: KeyObject) {}

  /** @throws Error naming SERVICE_SIGNING_KEY_FILE */
  static read(file: string): ServiceTokens {
    return new ServiceTokens(requireEd25519(file, 'SERVICE_SIGNING_KEY_FILE', (pem) => createPrivateKey(pem)));
  }

  tokenFor(service: string): Promise<string> {
    const known = this.made.get(service);
    if (known !== undefined && Date.now() - known.madeAt < renewAfterMs) return known.token;
    const token = new SignJWT()
      .setProtectedHeader({ alg: 'EdDSA', typ: 'service+jwt' })
      .setIssuer(issuer)
      .setAudience(audienceOf(service))
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .sign(this.key);
    this.made.set(service, { token, madeAt: Date.now() });
    return token;
  }
}

/** Verifies that a request comes from the gateway. */
export class ServiceTokenVerifier {
  private readonly audience: string;
  /** The gateway reuses a token: verifying its signature every time would cost 0.1 ms. */
  private believed: { readonly token: string; readonly until: number } | undefined;

  private constructor(
    private readonly key: KeyObject,
    service: string,
  ) {
    this.audience = audienceOf(service);
  }

  /** @throws Error naming SERVICE_VERIFICATION_KEY_FILE */
  static read(file: string, service: string): ServiceTokenVerifier {
    // A private key would work too, and would then be on every machine.
    const read = (pem: string): KeyObject => {
      if (pem.includes('PRIVATE KEY')) throw new Error('SERVICE_VERIFICATION_KEY_FILE holds a private key');
      return createPublicKey(pem);
    };
    return new ServiceTokenVerifier(requireEd25519(file, 'SERVICE_VERIFICATION_KEY_FILE', read), service);
  }

  /** @throws DomainError `not-from-the-gateway` */
  async verify(token: unknown): Promise<void> {
    if (typeof token !== 'string') throw new DomainError('not-from-the-gateway');
    if (token === this.believed?.token && Date.now() < this.believed.until) return;
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['EdDSA', 'Ed25519'],
        typ: 'service+jwt',
        issuer,
        audience: this.audience,
        maxTokenAge: lifeSeconds,
        clockTolerance: toleranceSeconds,
        requiredClaims: ['exp', 'iat'],
      });
      this.believed = { token, until: Math.min(payload.exp!, payload.iat! + lifeSeconds) * 1000 };
    } catch {
      throw new DomainError('not-from-the-gateway');
    }
  }
}
