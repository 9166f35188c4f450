/*
 * Promised for several people at once and any sequence of requests to the shop: a copy has the stored data and none of
 * anybody else, erased data stays erased, and removed data is gone.
 *
 * Covered: the data subject's decider through `Commands`, the real sealer and envelopes, the index of streams, the copy
 * in both kinds. Identity's events are recorded as it would. In memory: the event store (it passes the contract of
 * the real ones), the keys, the index's rows. `gate.properties.spec.ts` of processor-forwarding tests that nothing is
 * forwarded without a legal basis.
 */
import { createSecretKey, randomBytes } from 'node:crypto';
import { schemaMap, type CustomerEvent } from '@dittoo/contracts';
import {
  Clock,
  DomainError,
  isErased,
  kidOf,
  newId,
  streamName,
  SubjectKeyDestroyed,
  type DataCategory,
  type Decider,
  type Erased,
  type SchemaMap,
} from '@dittoo/kernel';
import { DataKeys, EnvelopeSealer, type KeyRequest } from '@dittoo/personal-data';
import { loadRegister } from '@dittoo/processor-register';
import { Commands, type CommandContext } from '@dittoo/service';
import { MemoryEventStore } from '@dittoo/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dataSubjectDecider, type DataSubjectCommand } from '../data-subject/data-subject.decider.js';
import { erasureScope } from '../erasure/erasure-scope.js';
import { accessCopyOf, all, portabilityCopyOf } from './copy-in-memory.fixture.js';
import { SubjectEvents, type CopiedEvent } from '../person/subject-events.query.js';
import { subjectsOf, type SubjectStream, type SubjectStreams } from '../person/subject-streams.js';

const definitions: SchemaMap = schemaMap;
const register = loadRegister();
const at = '2026-11-22T08:00:00.000Z';
const scope = erasureScope(register, { openOrder: false, unpaidInvoice: false, lastBookedAt: null }, at);

class StandingClock extends Clock {
  now(): string {
    return at;
  }
}

type Key = Awaited<ReturnType<DataKeys['activeKeys']>> extends ReadonlyMap<string, infer Found> ? Found : never;

/**
 * The key ring's behaviour in a map: keys are created on demand, destroyed for good, and an erasure closes a category.
 */
class MemoryKeys extends DataKeys {
  private readonly keys = new Map<string, Key | Erased>();
  private readonly closed = new Set<string>();

  async activeKeys(requests: readonly KeyRequest[]): Promise<ReadonlyMap<string, Key>> {
    return new Map(
      requests.map((request) => {
        const name = nameOf(request);
        const { category, scope: of = null, subjectId } = request;
        const kid = kidOf({ subjectId, category, scope: of, generation: 1 });
        if (this.closed.has(`${subjectId}/${category}`)) throw new SubjectKeyDestroyed(kid);
        const key = this.keys.get(kid) ?? { kid, key: createSecretKey(randomBytes(32)) };
        if (isErased(key)) throw new SubjectKeyDestroyed(kid);
        this.keys.set(kid, key);
        return [name, key];
      }),
    );
  }

  async keysById(kids: readonly string[]): Promise<ReadonlyMap<string, Key | Erased>> {
    return new Map(kids.map((kid) => [kid, this.keys.get(kid)!]));
  }

  destroy(subjectId: string, category: DataCategory, requestId: string | null): void {
    if (requestId !== null) this.closed.add(`${subjectId}/${category}`);
    for (const [kid, key] of this.keys) {
      if (kid.startsWith(`${subjectId}/${category}/`) && !isErased(key))
        this.keys.set(kid, { erased: true, at, requestId });
    }
  }
}

const nameOf = ({ category, scope: of, subjectId }: KeyRequest): string =>
  of === undefined || of === null ? `${subjectId}/${category}` : `${subjectId}/${category}/${of}`;

/** Actions by or about a person. */
const deeds = [
  'register',
  'rename',
  'move',
  'record',
  'removeNumber',
  'reveal',
  'restrict',
  'object',
  'erase',
  'requestEmail',
  'officerViews',
] as const;
type Deed = (typeof deeds)[number];
const step = fc.record({ who: fc.nat(2), deed: fc.constantFrom(...deeds) });

/** The part of a customer's state in identity that matters for a copy. */
interface Account {
  readonly status: 'none' | 'registered' | 'closed';
  readonly number: boolean;
}
const identitySays: Decider<readonly CustomerEvent[], Account, CustomerEvent> = {
  category: 'customer',
  initialState: { status: 'none', number: false },
  decide: (said, { number, status }) => {
    for (const { type } of said) {
      if (type === 'NoticeAcknowledged') continue;
      if (status !== (type === 'CustomerRegistered' ? 'none' : 'registered')) throw new DomainError('conflict');
      const needsNumber = type === 'PersonnummerRevealed' || type === 'PersonnummerRemoved';
      if (needsNumber && !number) throw new DomainError('personnummer-not-recorded');
    }
    return said;
  },
  evolve: (account, { type }) => {
    switch (type) {
      case 'CustomerRegistered':
        return { ...account, status: 'registered' };
      case 'AccountClosed':
        return { ...account, status: 'closed' };
      case 'PersonnummerRecorded':
        return { ...account, number: true };
      case 'PersonnummerRemoved':
        return { ...account, number: false };
      default:
        return account;
    }
  },
};

class Shop {
  readonly store = new MemoryEventStore(3n);
  readonly keys = new MemoryKeys();
  readonly people = [newId(), newId(), newId()];
  readonly erased = new Set<string>();
  private readonly sealer = new EnvelopeSealer(definitions, this.keys);
  private readonly commands = new Commands(this.store, this.sealer, new StandingClock(), definitions as never);
  private readonly copies = new SubjectEvents(this.streams(), this.store, this.sealer);
  private steps = 0;

  async copyOf(subjectId: string): Promise<CopiedEvent[]> {
    return all((await this.copies.of(subjectId)).inOrder());
  }

  async do(who: number, kind: Deed): Promise<void> {
    const subjectId = this.people[who]!;
    const word = `w${who}x${this.steps++}`;
    try {
      if (kind === 'officerViews') await this.look(subjectId, word);
      else if (kind === 'erase') await this.erase(subjectId);
      else if (kind === 'restrict') await this.decide(subjectId, { type: 'RestrictProcessing', requestId: newId() });
      else if (kind === 'object')
        await this.decide(subjectId, { type: 'ObjectToProcessing', requestId: newId(), purposes: ['marketing'] });
      else await this.say(subjectId, ...eventsOf(kind, word));
      // Rights destroys the key of a number that identity removed.
      if (kind === 'removeNumber') this.keys.destroy(subjectId, 'personnummer', null);
    } catch (error) {
      // A refusal is a valid answer; any other error is a defect.
      if (!(error instanceof DomainError) && !(error instanceof SubjectKeyDestroyed)) throw error;
    }
  }

  private async erase(subjectId: string): Promise<void> {
    const requestId = newId();
    await this.decide(subjectId, { type: 'RequestErasure', requestId });
    await this.say(subjectId, { type: 'AccountClosed', data: { requestId } }).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error; // not a customer, or already closed
    });
    for (const category of scope.erase) this.keys.destroy(subjectId, category as DataCategory, requestId);
    await this.decide(subjectId, { type: 'RecordKeysDestroyed', requestId, keys: [], retained: scope.retain });
    this.erased.add(subjectId);
  }

  private async look(subjectId: string, word: string): Promise<void> {
    const officer = newId();
    const { legalBasis, purpose, schemaVersion } = definitions['SubjectHistoryViewed']!;
    const data = { subjectId, view: 'events', auditPurpose: `officer-${word}` };
    const metadata = { ...contextOf(officer), purpose, legalBasis, schemaVersion, recordedAt: at };
    const stream = streamName('officerAccess', officer);
    const event = { type: 'SubjectHistoryViewed', data };
    await this.store.append(
      stream,
      await this.sealer.seal([{ stream, eventId: newId(), event, metadata }]),
      'no-stream',
    );
  }

  private async decide(subjectId: string, command: DataSubjectCommand): Promise<void> {
    await this.commands.execute(dataSubjectDecider, subjectId, command, contextOf(subjectId));
  }

  private async say(subjectId: string, ...events: readonly CustomerEvent[]): Promise<void> {
    await this.commands.execute(identitySays, subjectId, events, contextOf(subjectId));
  }

  /** The index without rows: answers from the log itself. */
  private streams(): SubjectStreams {
    const of = async (subjectId: string): Promise<SubjectStream[]> => {
      const { events } = await this.store.readAll({ after: null, limit: 100_000 });
      const found = new Set(events.filter((event) => subjectsOf(event).has(subjectId)).map(({ stream }) => stream));
      return [...found].map((stream) => ({ stream, sinceRevision: 0n }));
    };
    return { of } as SubjectStreams;
  }
}

type IdentityDeed = Exclude<Deed, 'restrict' | 'object' | 'erase' | 'officerViews'>;
/** Identity's events for a customer's action; `word` is in every personal field. */
const eventsOf = (deed: IdentityDeed, word: string): readonly CustomerEvent[] => {
  switch (deed) {
    case 'register': {
      const names = { givenName: word, familyName: word, email: `${word}@example.org` };
      const person = { ...names, phone: null, address: null, passwordHash: `hash-${word}`, locale: 'sv' } as const;
      const notice = { noticeVersion: '2026-11-01', noticeDigest: 'ab', language: 'sv' } as const;
      return [
        { type: 'CustomerRegistered', data: person },
        { type: 'NoticeAcknowledged', data: notice },
      ];
    }
    case 'rename':
      return [{ type: 'NameRectified', data: { givenName: word, familyName: word } }];
    case 'move': {
      const address = { street: word, postalCode: '11122', city: word, country: 'SE' };
      return [{ type: 'AddressRectified', data: { address } }];
    }
    case 'record':
      return [{ type: 'PersonnummerRecorded', data: { number: word, ground: 'secureIdentification' } }];
    case 'removeNumber':
      return [{ type: 'PersonnummerRemoved', data: { reason: 'customer' } }];
    case 'reveal':
      return [{ type: 'PersonnummerRevealed', data: { purpose: word } }];
    case 'requestEmail': {
      const change = { email: `${word}@example.org`, token: `token-${word}`, code: `code-${word}`, expiresAt: at };
      return [{ type: 'EmailChangeRequested', data: change }];
    }
  }
};

const contextOf = (subjectId: string): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'dataSubject', id: subjectId },
  correlationId: newId(),
  causationId: newId(),
  traceparent: null,
  noticeVersion: '2026-11-01',
});

const copiesOf = async (shop: Shop, subjectId: string): Promise<string> => {
  const life = { requestId: 'r', subjectId, register, events: await shop.copyOf(subjectId) };
  return JSON.stringify([await accessCopyOf(life), await portabilityCopyOf(life)]);
};

describe('any sequence of actions of three people', () => {
  it('has every kind of effect', async () => {
    const shop = new Shop();
    const deedsOfALife = [
      'register',
      'rename',
      'move',
      'record',
      'reveal',
      'removeNumber',
      'record',
      'requestEmail',
      'restrict',
      'object',
    ] as const;
    for (const deed of [...deedsOfALife, 'officerViews', 'erase', 'rename'] as const) await shop.do(0, deed);
    const types = (await shop.copyOf(shop.people[0]!)).map(({ type }) => type);
    expect(types).toEqual([
      'CustomerRegistered',
      'NoticeAcknowledged',
      'NameRectified',
      'AddressRectified',
      'PersonnummerRecorded',
      'PersonnummerRevealed',
      'PersonnummerRemoved',
      'PersonnummerRecorded',
      'EmailChangeRequested',
      'ProcessingRestricted',
      'ProcessingObjected',
      'SubjectHistoryViewed',
      'ErasureRequested',
      'AccountClosed',
      'SubjectKeysDestroyed',
    ]);
  });

  it('gives copies of the stored data of one person only, and erased data stays erased', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const shop = new Shop();
        const known = new Map<string, number>();
        for (const { deed, who } of steps) {
          await shop.do(who, deed);
          for (const subjectId of shop.erased) {
            // No personal data is added about an erased person, whatever is requested.
            const { length } = (await shop.copyOf(subjectId)).filter(({ stream }) =>
              /^(customer|dataSubject)-/.test(stream),
            );
            expect(length).toBe(known.get(subjectId) ?? length);
            known.set(subjectId, length);
          }
        }
        const { events: log } = await shop.store.readAll({ after: null, limit: 100_000 });
        for (const [who, subjectId] of shop.people.entries()) {
          const copied = await shop.copyOf(subjectId);
          const stored = log.filter((event) => subjectsOf(event).has(subjectId));
          expect(copied.map(({ eventId }) => eventId)).toEqual(stored.map(({ eventId }) => eventId));
          const others = [0, 1, 2].filter((other) => other !== who);
          const text = await copiesOf(shop, subjectId);
          expect(text).not.toMatch(new RegExp(`w[${others.join('')}]x`));
          expect(text).not.toMatch(/officer-|hash-|token-/);
          if (shop.erased.has(subjectId)) expect(text).not.toMatch(/w\dx/);
          else {
            for (const { fields, type } of copied) {
              const gone = Object.keys(fields).filter((field) => isErased(fields[field]));
              for (const field of gone) {
                expect(definitions[type]!.fields[field]).toMatchObject({ category: 'personnummer' });
              }
            }
          }
        }
      }),
      { numRuns: 120 },
    );
  });
});
