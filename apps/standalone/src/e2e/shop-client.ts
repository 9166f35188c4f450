import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@dittoo/platform/testing';

export interface Answer {
  readonly status: number;
  // The shape differs from route to route, and specs look at what they expect.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

/** For specs: the public API, as a storefront would call it, and the mailboxes of its customers. */
export class ShopClient {
  /** @param log what the shop has printed, which names the sandbox; without it nobody reads mail */
  constructor(
    readonly url: string,
    private readonly log: () => string = () => '',
  ) {}

  async call(
    method: string,
    path: string,
    { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(path.startsWith('http') ? path : `${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    let parsed: unknown = text;
    try {
      parsed = text === '' ? undefined : JSON.parse(text);
    } catch {
      // text it is
    }
    return { status: response.status, body: parsed };
  }

  /** @throws with the problem when the answer is not a success */
  async ok(method: string, path: string, options: Parameters<ShopClient['call']>[2] = {}): Promise<Answer['body']> {
    const { status, body } = await this.call(method, path, options);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Repeats a command with one Idempotency-Key until it is acknowledged, while processes may die. */
  async acknowledged(
    method: string,
    path: string,
    options: { token?: string; body: unknown },
    key: string = randomUUID(),
  ): Promise<Answer['body']> {
    for (const end = Date.now() + 60_000; ; await sleep(50)) {
      try {
        const { status, body } = await this.call(method, path, { ...options, headers: { 'idempotency-key': key } });
        if (status < 300) return body;
        if (![503, 504].includes(status) || Date.now() > end) {
          throw new Error(`${method} ${path}: ${status} ${body?.code}`);
        }
      } catch (error) {
        // by name: Jest's realm has a TypeError of its own
        const away = ['TypeError', 'TimeoutError'].includes((error as Error).name);
        if (!away || Date.now() > end) throw error;
      }
    }
  }

  async noticeVersion(): Promise<string> {
    return (await this.ok('GET', '/policy')).noticeVersion;
  }

  async signIn({ email, password }: { readonly email: string; readonly password: string }): Promise<string> {
    return (await this.ok('POST', '/sessions', { body: { email, password } })).accessToken;
  }

  /** Registers, reads the mail and confirms the address. */
  async register(person: Person, key: string = randomUUID()): Promise<string> {
    const body = {
      ...person,
      personnummer: { number: person.personnummer, ground: 'secureIdentification' },
      noticeVersion: await this.noticeVersion(),
      consents: ['newsletter', 'marketing', 'adMeasurement', 'personnummer'].map((purpose) => ({
        purpose,
        given: false,
      })),
    };
    const headers = { 'idempotency-key': key };
    const before = await this.mailsTo(person.email);
    const { customerId } = await this.ok('POST', '/customers', { body, headers });
    await this.ok('POST', '/email-confirmations', { body: { token: await this.mailedToken(person.email, before) } });
    return customerId;
  }

  /** Mails to an address, oldest first, as the mail provider's sandbox received them. */
  async mailsTo(email: string): Promise<readonly Mail[]> {
    const sandbox = [...this.log().matchAll(/^stand-ins (http\S+)$/gm)].at(-1)?.[1];
    if (sandbox === undefined) throw new Error('the shop has not said where its mail goes');
    const response = await fetch(`${sandbox}/oneMail/requests`);
    const { items } = (await response.json()) as { items: { body: Mail }[] };
    return items.map(({ body }) => body).filter(({ to }) => to.includes(email));
  }

  /** The token of the link in the next mail to the address that has one. */
  private async mailedToken(email: string, before: readonly Mail[]): Promise<string> {
    return until(async () => {
      const mails = (await this.mailsTo(email)).slice(before.length);
      return mails.map(({ text }) => /[?&#]token=([\w.-]+)/.exec(text)?.[1]).find((token) => token !== undefined);
    }, 30_000);
  }
}

export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Person {
  readonly email: string;
  readonly password: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly phone: string;
  readonly address: {
    readonly street: string;
    readonly postalCode: string;
    readonly city: string;
    readonly country: string;
  };
  readonly personnummer: string;
}

/** An invented person with searchable values: no other text contains them by chance. */
export const canaryPerson = (mark: string): Person => ({
  email: `kanarie.${mark}@example.org`,
  password: `losenord-${mark}-hemligt`,
  givenName: `Fornamn${mark}`,
  familyName: `Efternamn${mark}`,
  phone: '+46701740605',
  address: { street: `Gatan${mark} 7`, postalCode: '98765', city: `Staden${mark}`, country: 'SE' },
  personnummer: '701063-2391',
});
