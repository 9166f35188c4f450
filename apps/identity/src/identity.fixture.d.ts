import { type TestService } from '@dittoo/platform/testing';
export declare const officer: {
  email: string;
  password: string;
};
export declare const noticeVersion = '2026-11-01';
/** An invented customer; every value can be told from another's. */
export declare const personNamed: (name: string) => {
  email: string;
  password: string;
  givenName: string;
  familyName: string;
  noticeVersion: string;
};
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}
export interface IdentityUnderTest {
  readonly service: TestService;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Registers and signs in. @returns the id and a fresh `Bearer …` */
  customer(
    name: string,
    more?: object,
  ): Promise<{
    customerId: string;
    bearer: string;
  }>;
  signIn(login: { readonly email: string; readonly password: string }): Promise<string>;
  close(): Promise<void>;
}
export interface CallOptions {
  readonly bearer?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
/** For specs: identity alone, verifying tokens by its own published keys. */
export declare const startIdentity: (env?: Readonly<Record<string, string>>) => Promise<IdentityUnderTest>;
//# sourceMappingURL=identity.fixture.d.ts.map
