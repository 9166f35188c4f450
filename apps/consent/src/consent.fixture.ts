import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaMap } from '@dittoo/contracts';
import { newId, streamName, type DomainEvent, type OpenedEvent } from '@dittoo/kernel';
import type { ServiceDefinition } from '@dittoo/platform';
import { startTestService, type TestService } from '@dittoo/platform/testing';
import { loadRegister } from '@dittoo/processor-register';
import { consentService } from './consent.module.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // The shape differs from route to route, and specs look at what they expect.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export interface ConsentUnderTest {
  readonly service: TestService;
  readonly noticeVersion: string;
  /** `as`: a customer's id, or a role. */
  call(method: string, path: string, options?: { as?: string; body?: unknown; headers?: object }): Promise<Answer>;
  /** Appends another service's event about the person, as that service would; `at` = when it was recorded. */
  append(id: string, event: DomainEvent, more?: { subjectId?: string; at?: string }): Promise<void>;
  /** Reads a stream with its personal data opened. */
  history(category: string, id: string): Promise<OpenedEvent<DomainEvent<string, Record<string, unknown>>>[]>;
  /** Appends a customer as identity would. */
  customer(email: string): Promise<string>;
  close(): Promise<void>;
}

/** For specs: consent alone, with a register in which a consent to ad measurement holds for thirty days. */
export const startConsent = async (prepare?: ServiceDefinition['prepare']): Promise<ConsentUnderTest> => {
  const dir = mkdtempSync(join(tmpdir(), 'dittoo-consent-'));
  const { digest: _digest, ...register } = loadRegister();
  const adMeasurement = { ...register.purposes['adMeasurement'], consentValidity: 'P30D' };
  const file = join(dir, 'register.json');
  writeFileSync(file, JSON.stringify({ ...register, purposes: { ...register.purposes, adMeasurement } }));
  const service = await startTestService(
    { ...consentService, ...(prepare && { prepare }) },
    { PROCESSOR_REGISTER_FILE: file },
  );
  const { platform } = service;

  const append: ConsentUnderTest['append'] = async (id, event, { at, subjectId = id } = {}) => {
    const definition = schemaMap[event.type as keyof typeof schemaMap];
    const { legalBasis, purpose, schemaVersion } = definition;
    const stream = streamName(definition.stream, id);
    const metadata = {
      dataSubjectId: subjectId,
      actor: { kind: 'dataSubject', id: subjectId } as const,
      purpose,
      legalBasis,
      noticeVersion: platform.register.noticeVersion,
      correlationId: newId(),
      causationId: newId(),
      traceparent: null,
      schemaVersion,
      recordedAt: at ?? platform.clock.now(),
    };
    const sealed = await platform.sealer.seal([{ stream, eventId: newId(), event, metadata }]);
    let last: bigint | 'no-stream' = 'no-stream';
    for await (const { revision } of platform.store.readStream(stream)) last = revision;
    await platform.store.append(stream, sealed, last);
  };

  return {
    service,
    noticeVersion: platform.register.noticeVersion,
    append,
    call: async (method, path, { as, body, headers = {} } = {}) => {
      const role = as === 'staff' || as === 'complianceOfficer' ? { subjectId: newId(), role: as } : null;
      const principal = as === undefined ? null : (role ?? { subjectId: as });
      const answer = await fetch(`${service.url}${path}`, {
        method,
        headers: {
          ...(principal === null ? {} : { authorization: await service.bearer(principal) }),
          ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const json = answer.headers.get('content-type')?.includes('json') === true;
      return { status: answer.status, headers: answer.headers, text, body: json ? JSON.parse(text) : null };
    },
    history: async (category, id) => {
      const recorded = [];
      for await (const event of platform.store.readStream(streamName(category, id))) recorded.push(event);
      return platform.sealer.open(recorded);
    },
    customer: async (email) => {
      const subjectId = newId();
      await append(subjectId, {
        type: 'CustomerRegistered',
        data: {
          givenName: 'Alma',
          familyName: 'Ek',
          email,
          phone: null,
          address: null,
          passwordHash: 'a hash',
          locale: 'en',
        },
      });
      return subjectId;
    },
    close: async () => {
      await service.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
