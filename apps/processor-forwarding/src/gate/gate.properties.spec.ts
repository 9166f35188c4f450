/*
 * Promised: whatever three people choose, withdraw, object to, and have erased, in any order, the gate lets through what
 * they permit at that moment and nothing else, and nobody's choice opens it for another. Covered: the gate and what it
 * reads from the streams; that every attempt asks it is `worker.int.spec.ts`.
 */
import { consentPurposes, type ConsentPurpose, type Purpose } from '@dittoo/contracts';
import { newId, streamName, type JsonObject } from '@dittoo/kernel';
import { loadRegister } from '@dittoo/processor-register';
import { MemoryEventStore } from '@dittoo/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge, type Asked } from './gate.js';
import { Standings } from './standing.query.js';

const shipped = loadRegister();
/** As shipped, with every processor in use. */
const register = {
  ...shipped,
  processors: Object.fromEntries(
    Object.entries(shipped.processors).map(([id, { notInUse: _, ...processor }]) => [id, processor]),
  ),
};
const start = Date.parse('2026-11-22T08:00:00.000Z');

/** One send for each way a basis can be: by contract, and by each consent some processor needs. */
const sends: readonly { readonly asked: Asked; readonly consent: ConsentPurpose | null }[] = [
  { consent: null, asked: send('payson', 'payment', 'givenName') },
  ...consentPurposes.flatMap((consent) =>
    Object.entries(register.processors).flatMap(([processorId, { purposes }]) =>
      purposes
        .filter(({ legalBasis, purpose }) => purpose === consent && legalBasis === 'consent')
        .map(({ fields }) => ({ consent, asked: send(processorId, consent, fields[0]!) })),
    ),
  ),
];
function send(processorId: string, purpose: Purpose, field: string): Asked {
  return { processorId, intent: 'openPayment', purposes: [{ purpose, fields: [field] }] };
}

type Deed = 'ConsentGiven' | 'ConsentWithdrawn' | 'ProcessingObjected' | 'ErasureRequested';
const step = fc.record({
  who: fc.nat(2),
  purpose: fc.constantFrom(...consentPurposes),
  deed: fc.constantFrom<Deed>(
    'ConsentGiven',
    'ConsentGiven',
    'ConsentWithdrawn',
    'ProcessingObjected',
    'ErasureRequested',
  ),
});

const dataOf = (deed: Deed, purpose: ConsentPurpose): JsonObject => {
  if (deed === 'ErasureRequested') return { requestId: newId() };
  if (deed === 'ProcessingObjected') return { requestId: newId(), purposes: [purpose] };
  const choice = { recordId: newId(), purpose, method: 'myAccount' };
  return deed === 'ConsentWithdrawn'
    ? choice
    : { ...choice, noticeVersion: register.noticeVersion, noticeDigest: 'ab', language: 'sv' };
};

describe('whatever three people say, in any order', () => {
  it('nothing passes the gate without a basis that holds at that moment', async () => {
    expect(new Set(sends.map(({ consent }) => consent))).toContain('adMeasurement');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const store = new MemoryEventStore();
        const standings = new Standings(store);
        const people = [newId(), newId(), newId()].map((id) => ({ id, erased: false, given: new Set<string>() }));
        let at = start;
        for (const { deed, purpose, who } of steps) {
          const person = people[who]!;
          at += 1000;
          await say(store, person.id, deed, dataOf(deed, purpose), new Date(at).toISOString());
          if (deed === 'ConsentGiven') person.given.add(purpose);
          else if (deed === 'ErasureRequested') person.erased = true;
          else person.given.delete(purpose);
          for (const { erased, given, id } of people) {
            const standing = await standings.of(id);
            for (const { asked, consent } of sends) {
              const verdict = judge(register, asked, standing, new Date(at).toISOString());
              const permitted = !erased && (consent === null || given.has(consent));
              expect([asked.purposes[0]!.purpose, verdict.allowed]).toEqual([asked.purposes[0]!.purpose, permitted]);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

const say = async (
  store: MemoryEventStore,
  subjectId: string,
  type: Deed,
  data: JsonObject,
  recordedAt: string,
): Promise<void> => {
  const stream = streamName(type.startsWith('Consent') ? 'consent' : 'dataSubject', subjectId);
  let revision: bigint | 'no-stream' = 'no-stream';
  for await (const event of store.readStream(stream, { direction: 'backwards', limit: 1 })) revision = event.revision;
  const metadata = {
    dataSubjectId: subjectId,
    actor: { kind: 'dataSubject', id: subjectId },
    purpose: 'consentEvidence',
    legalBasis: 'legalObligation',
    noticeVersion: null,
    correlationId: newId(),
    causationId: newId(),
    traceparent: null,
    schemaVersion: 1,
    recordedAt,
  } as const;
  await store.append(stream, [{ eventId: newId(), type, data, metadata }], revision);
};
