import { freePort, startTestService } from '@dittoo/platform/testing';
import { readIdentityConfig } from './identity.config.js';
import { identityServiceWith } from './identity.module.js';
export const officer = { email: 'officer.under.test@example.org', password: 'a pass phrase of the officer' };
export const noticeVersion = '2026-11-01';
/** An invented customer; every value can be told from another's. */
export const personNamed = (name) => ({
  email: `${name}@example.org`,
  password: `a pass phrase of ${name}`,
  givenName: `Given ${name}`,
  familyName: `Family ${name}`,
  noticeVersion,
});
/** For specs: identity alone, verifying tokens by its own published keys. */
export const startIdentity = async (env = {}) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = readIdentityConfig({ OFFICER_EMAIL: officer.email, OFFICER_PASSWORD: officer.password, ...env });
  const service = await startTestService(identityServiceWith(config), {
    PORT: String(port),
    JWKS_URL: `${url}/.well-known/jwks.json`,
  });
  const call = async (method, path, { bearer, body, headers = {} } = {}) => {
    const response = await fetch(path.startsWith('/.') ? `${url}${path}` : `${url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === undefined ? {} : { authorization: bearer }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    const answer = text === '' ? null : json ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: answer };
  };
  const signIn = async ({ email, password }) => {
    const { body } = await call('POST', '/sessions', { body: { email, password } });
    return `Bearer ${body.accessToken}`;
  };
  return {
    service,
    call,
    signIn,
    customer: async (name, more = {}) => {
      const person = { ...personNamed(name), ...more };
      const { body } = await call('POST', '/customers', { body: person });
      return { customerId: body.customerId, bearer: await signIn(person) };
    },
    close: () => service.close(),
  };
};
//# sourceMappingURL=identity.fixture.js.map
