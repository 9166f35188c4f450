import { schemaMap } from '@dittoo/contracts';
import { newId, type DomainEvent } from '@dittoo/kernel';
import { freePort, startTestService, type TestService } from '@dittoo/platform/testing';
import { Commands, systemContext } from '@dittoo/service';
import { customerDecider } from './customer/customer.decider.js';
import { readIdentityConfig } from './identity.config.js';
import { identityServiceWith } from './identity.module.js';

export const officer = { email: 'officer.under.test@example.org', password: 'a pass phrase of the officer' };
export const noticeVersion = '2026-11-01';

/** An invented customer; every value is distinct. */
export const personNamed = (name: string) => ({
  email: `${name}@example.org`,
  password: `a pass phrase of ${name}`,
  givenName: `Given ${name}`,
  familyName: `Family ${name}`,
  noticeVersion,
});

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The shape differs from route to route, and specs look at what they expect.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface IdentityUnderTest {
  readonly service: TestService;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** What the mail to the address of a registration carries, read from its stream as the mail is. */
  mailed(customerId: string): Promise<{ readonly token: string; readonly code: string }>;
  /** Registers, confirms the address and signs in. @returns the id and a fresh `Bearer …` */
  customer(name: string, more?: object): Promise<{ customerId: string; bearer: string }>;
  signIn(login: { readonly email: string; readonly password: string }): Promise<string>;
  /** Appends another service's decision about a person to that service's stream of the person. */
  say(subjectId: string, event: DomainEvent): Promise<unknown>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly bearer?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** For specs: identity alone, verifying tokens by its own published keys. */
export const startIdentity = async (env: Readonly<Record<string, string>> = {}): Promise<IdentityUnderTest> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = readIdentityConfig({ OFFICER_EMAIL: officer.email, OFFICER_PASSWORD: officer.password, ...env });
  const service = await startTestService(identityServiceWith(config), {
    PORT: String(port),
    JWKS_URL: `${url}/.well-known/jwks.json`,
  });
  const call: IdentityUnderTest['call'] = async (method, path, { bearer, body, headers = {} } = {}) => {
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
  const signIn: IdentityUnderTest['signIn'] = async ({ email, password }) => {
    const { body } = await call('POST', '/sessions', { body: { email, password } });
    return `Bearer ${body.accessToken}`;
  };
  const mailed: IdentityUnderTest['mailed'] = async (customerId) => {
    const { history } = await service.get<Commands>(Commands).load(customerDecider, customerId);
    for (const { event } of history.toReversed()) {
      if (event.type !== 'RegistrationReceived' && event.type !== 'EmailChangeRequested') continue;
      const { code, token } = event.data;
      return { token: String(token), code: String(code) };
    }
    throw new Error('nothing was mailed');
  };
  return {
    service,
    call,
    signIn,
    mailed,
    customer: async (name, more = {}) => {
      const person = { ...personNamed(name), ...more };
      const { body } = await call('POST', '/customers', { body: person });
      const { token } = await mailed(body.customerId);
      await call('POST', '/email-confirmations', { body: { token } });
      return { customerId: body.customerId, bearer: await signIn(person) };
    },
    say: (subjectId, event) =>
      service.get<Commands>(Commands).execute(
        {
          category: schemaMap[event.type as keyof typeof schemaMap].stream,
          initialState: null,
          decide: () => [event],
          evolve: () => null,
        },
        subjectId,
        null,
        systemContext('spec', subjectId, newId()),
      ),
    close: () => service.close(),
  };
};
