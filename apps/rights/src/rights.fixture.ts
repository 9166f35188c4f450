import {
  mailProcessor,
  notificationForwardingId,
  type PersonnummerGround,
  type PostalAddress,
} from '@dittoo/contracts';
import { newId, streamName, type DomainEvent } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { Commands } from '@dittoo/service';
import type { Type } from '@nestjs/common';
import { answerOf } from './answer-delivery/answer-letter.query.js';
import { IdentityInSpecs } from './identity-in-specs.fixture.js';
import { RecordedLife } from './recorded-life.fixture.js';
import { rightsRequestDecider } from './rights-request/rights-request.decider.js';
import { readRightsConfig } from './rights.config.js';
import { RightsModule } from './rights.module.js';
import { rightsSchema } from './rights.migrations.js';

export const noticeVersion = '2026-11-01';
/** The officer of the token that `officer()` of a fixture returns. */
export const officerId = '0f1c0000-0000-4000-8000-000000000001';
export const secondOfficerId = '0f1c0000-0000-4000-8000-000000000002';

/** An invented customer whose values are unique. */
export const personNamed = (name: string) => ({
  email: `${name}@example.org`,
  givenName: `Given ${name}`,
  familyName: `Family ${name}`,
});

export interface CustomerDetails {
  readonly phone?: string | null;
  readonly address?: PostalAddress | null;
  readonly locale?: 'sv' | 'en';
  readonly personnummer?: { readonly number: string; readonly ground: PersonnummerGround };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The shape depends on the route, and specs compare it with what they expect.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface CallOptions {
  readonly bearer?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RightsUnderTest {
  readonly service: TestService;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Records a customer as identity would. @returns the id and a fresh `Bearer …` */
  customer(name: string, more?: CustomerDetails): Promise<{ customerId: string; bearer: string }>;
  /** Appends another service's events about a person to the end of the stream. */
  record(category: string, id: string, subjectId: string, ...events: DomainEvent[]): Promise<void>;
  officer(id?: string): Promise<string>;
  /** Records, as processor-forwarding would, what became of the mail with the answer to a request. */
  answerMailed(requestId: string, outcome?: 'completed' | 'refused' | 'parked' | 'sentAgain'): Promise<void>;
  close(): Promise<void>;
}

/**
 * For specs: rights, with an identity that only closes accounts and changes profiles when rights requests it.
 *
 * @param identity `silent`: it does not react; the spec records its events
 * @param controllers the spec's own handlers, besides those of rights
 */
export const startRights = async (
  env: Readonly<Record<string, string>> = {},
  identity: 'answering' | 'silent' = 'answering',
  controllers: readonly Type[] = [],
): Promise<RightsUnderTest> => {
  const config = readRightsConfig(env);
  const service = await startTestService(
    {
      schemas: [rightsSchema],
      module: (platform) => ({
        module: class RightsInSpecs {},
        imports: [platform, RightsModule.register(platform, config)],
        controllers: [...(identity === 'answering' ? [IdentityInSpecs] : []), ...controllers],
      }),
    },
    env,
  );
  const record: RightsUnderTest['record'] = (category, id, subjectId, ...events) =>
    new RecordedLife(service.platform, subjectId).record(streamName(category, id), events);
  return {
    service,
    record,
    call: async (method, path, { bearer, body, headers = {} } = {}) => {
      const url = path.startsWith('/.') ? `${service.url}${path}` : `${service.url}/api/v1${path}`;
      const response = await fetch(url, {
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
    },
    customer: async (name, { address = null, locale = 'sv', personnummer, phone = null } = {}) => {
      const customerId = newId();
      const { email, familyName, givenName } = personNamed(name);
      await service.get<EmailIndex>(EmailIndex).reserve(email, customerId, 'customer');
      const person = { givenName, familyName, email, phone, address, passwordHash: 'a hash', locale };
      const shown = { noticeVersion, noticeDigest: 'digest', language: locale };
      await record(
        'customer',
        customerId,
        customerId,
        { type: 'CustomerRegistered', data: person },
        { type: 'NoticeAcknowledged', data: shown },
        ...(personnummer === undefined ? [] : [{ type: 'PersonnummerRecorded', data: personnummer }]),
      );
      return { customerId, bearer: await service.bearer({ subjectId: customerId }) };
    },
    officer: (id = officerId) => service.bearer({ subjectId: id, role: 'complianceOfficer' }),
    answerMailed: async (requestId, outcome = 'completed') => {
      const { history } = await service.get<Commands>(Commands).load(rightsRequestDecider, requestId);
      const answer = answerOf(history)!;
      const subjectId = history[0]!.recorded.metadata.dataSubjectId!;
      const mail = { processorId: mailProcessor, intent: 'sendMail', orderId: null };
      const refusal = { ...mail, reason: 'valueGone', fields: [], purpose: null, consentRecordId: null };
      await record(
        'forwarding',
        notificationForwardingId(answer.notification, answer.eventId),
        subjectId,
        ...(outcome === 'sentAgain'
          ? ([
              { type: 'RedeliveryRequested', data: { processorId: mailProcessor, intent: 'sendMail' } },
              { type: 'ForwardingCompleted', data: mail },
            ] as const)
          : ([
              { type: 'ForwardingRequested', data: { ...mail, fields: ['email'] } },
              outcome === 'completed'
                ? { type: 'ForwardingCompleted', data: mail }
                : outcome === 'parked'
                  ? { type: 'ForwardingParked', data: { ...mail, failure: 'smtp-550' } }
                  : { type: 'ForwardingRefused', data: refusal },
            ] as const)),
      );
    },
    close: () => service.close(),
  };
};
