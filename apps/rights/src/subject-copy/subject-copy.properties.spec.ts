/*
 * Promised, whatever is asked of the shop in whatever order, for several people at once: a copy says what is stored and
 * nothing of anybody else, what was erased stays erased, and what a person removed is gone.
 *
 * Covered: the deciders of identity through `Commands`, the real sealer and envelopes, the index of streams, the copy in
 * both kinds. In memory: the event store (it keeps the contract of the real ones), the keys, the index's rows. That
 * nothing is forwarded without a basis is `gate.properties.spec.ts` of processor-forwarding.
 */
import { createSecretKey, randomBytes } from 'node:crypto';
import { schemaMap } from '@dittoo/contracts';
import {
  Clock,
  DomainError,
  isErased,
  kidOf,
  newId,
  streamName,
  SubjectKeyDestroyed,
  type DataCategory,
  type Erased,
  type SchemaMap,
} from '@dittoo/kernel';
import { DataKeys, EnvelopeSealer, type KeyRequest } from '@dittoo/personal-data';
import { loadRegister } from '@dittoo/processor-register';
import { Commands, type CommandContext } from '@dittoo/service';
import { MemoryEventStore } from '@dittoo/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customerDecider, type CustomerCommand } from '../../../identity/src/customer/customer.decider.js';
import { erasureScope } from '../erasure/erasure-scope.js';
import { accessCopy } from './access-copy.js';
import { portabilityCopy } from './portability-copy.js';
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

/** The key ring's promises in a map: made at the first need, destroyed for good, a next life only where one is allowed. */
class MemoryKeys extends DataKeys {
  private readonly keys = new Map<string, Key | Erased>();
  private readonly lives = new Map<string, number>();
  private readonly closed = new Set<string>();

  async activeKeys(requests: readonly KeyRequest[]): Promise<ReadonlyMap<string, Key>> {
    return new Map(
      requests.map((request) => {
        const name = nameOf(request);
        const { category, scope: of = null, subjectId } = request;
        const kid = kidOf({ subjectId, category, scope: of, generation: this.lives.get(name) ?? 1 });
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
    else this.lives.set(`${subjectId}/${category}`, (this.lives.get(`${subjectId}/${category}`) ?? 1) + 1);
    for (const [kid, key] of this.keys) {
      if (kid.startsWith(`${subjectId}/${category}/`) && !isErased(key))
        this.keys.set(kid, { erased: true, at, requestId });
    }
  }
}

const nameOf = ({ category, scope: of, subjectId }: KeyRequest): string =>
  of === undefined || of === null ? `${subjectId}/${category}` : `${subjectId}/${category}/${of}`;

/** What a person may do, or have done to them. */
const deeds = [
  'register',
  'rename',
  'move',
  'record',
  'removeNumber',
  'reveal',
  'erase',
  'requestEmail',
  'officerLooks',
] as const;
type Deed = (typeof deeds)[number];
const step = fc.record({ who: fc.nat(2), deed: fc.constantFrom(...deeds) });

class Shop {
  readonly store = new MemoryEventStore(3n);
  readonly keys = new MemoryKeys();
  readonly people = [newId(), newId(), newId()];
  readonly erased = new Set<string>();
  private readonly sealer = new EnvelopeSealer(definitions, this.keys);
  private readonly commands = new Commands(this.store, this.sealer, new StandingClock(), definitions as never);
  private readonly copies = new SubjectEvents(this.streams(), this.store, this.sealer);
  private removals = new Map<string, number>();
  private steps = 0;

  copyOf(subjectId: string): Promise<CopiedEvent[]> {
    return this.copies.of(subjectId);
  }

  async do(who: number, kind: Deed): Promise<void> {
    const subjectId = this.people[who]!;
    const word = `w${who}x${this.steps++}`;
    try {
      if (kind === 'officerLooks') await this.look(subjectId, word);
      else if (kind === 'erase') await this.erase(subjectId);
      else await this.execute(subjectId, this.commandOf(kind, subjectId, word));
      if (kind === 'removeNumber') this.removed(subjectId);
    } catch (error) {
      // Refused is an answer; anything else is a fault of ours.
      if (!(error instanceof DomainError) && !(error instanceof SubjectKeyDestroyed)) throw error;
    }
  }

  private commandOf(kind: Deed, subjectId: string, word: string): CustomerCommand {
    const afterRemovals = this.removals.get(subjectId) ?? 0;
    switch (kind) {
      case 'register': {
        const person = {
          givenName: word,
          familyName: word,
          email: `${word}@example.org`,
          phone: null,
          address: null,
          passwordHash: `hash-${word}`,
          locale: 'sv',
        } as const;
        const notice = { version: '2026-11-01', digest: 'ab' };
        return { type: 'Register', person, notice, choices: null, personnummer: null };
      }
      case 'rename':
        return { type: 'RectifyProfile', changes: { givenName: word } };
      case 'move':
        return {
          type: 'RectifyProfile',
          changes: { address: { street: word, postalCode: '11122', city: word, country: 'SE' } },
        };
      case 'record':
        return {
          type: 'RecordPersonnummer',
          number: word,
          ground: 'secureIdentification',
          consentGiven: false,
          afterRemovals,
        };
      case 'removeNumber':
        return { type: 'RemovePersonnummer', reason: 'customer' };
      case 'reveal':
        return { type: 'RevealPersonnummer', consentStands: true, purpose: word };
      default:
        return { type: 'RequestEmailChange', email: `${word}@example.org`, token: `token-${word}`, expiresAt: at };
    }
  }

  private removed(subjectId: string): void {
    if (this.erased.has(subjectId)) return;
    this.removals.set(subjectId, (this.removals.get(subjectId) ?? 0) + 1);
    this.keys.destroy(subjectId, 'personnummer', null);
  }

  private async erase(subjectId: string): Promise<void> {
    const requestId = newId();
    await this.execute(subjectId, { type: 'RequestErasure', requestId });
    for (const category of scope.erase) this.keys.destroy(subjectId, category as DataCategory, requestId);
    await this.execute(subjectId, { type: 'RecordKeysDestroyed', requestId, keys: [], retained: scope.retain });
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

  private async execute(subjectId: string, command: CustomerCommand): Promise<void> {
    await this.commands.execute(customerDecider, subjectId, command, contextOf(subjectId));
  }

  /** The index without its rows: the same question, asked of the log itself. */
  private streams(): SubjectStreams {
    const of = async (subjectId: string): Promise<SubjectStream[]> => {
      const { events } = await this.store.readAll({ after: null, limit: 100_000 });
      const found = new Set(events.filter((event) => subjectsOf(event).has(subjectId)).map(({ stream }) => stream));
      return [...found].map((stream) => ({ stream, sinceRevision: 0n }));
    };
    return { of } as SubjectStreams;
  }
}

const contextOf = (subjectId: string): CommandContext => ({
  dataSubjectId: subjectId,
  actor: { kind: 'dataSubject', id: subjectId },
  correlationId: newId(),
  causationId: newId(),
  traceparent: null,
  noticeVersion: '2026-11-01',
});

const copiesOf = async (shop: Shop, subjectId: string): Promise<string> => {
  const facts = { requestId: 'r', subjectId, preparedAt: at, expiresAt: at, register, rows: {} };
  const events = await shop.copyOf(subjectId);
  return JSON.stringify([accessCopy({ ...facts, events }), portabilityCopy({ ...facts, events })]);
};

describe('whatever happens to three people, in any order', () => {
  it('happens: the deeds are no empty words', async () => {
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
    ] as const;
    for (const deed of [...deedsOfALife, 'officerLooks', 'erase', 'rename'] as const) await shop.do(0, deed);
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
      'SubjectHistoryViewed',
      'ErasureRequested',
      'SubjectKeysDestroyed',
    ]);
  });

  it('a copy is what is stored, of one person alone, and what was erased stays erased', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const shop = new Shop();
        const known = new Map<string, number>();
        for (const { deed, who } of steps) {
          await shop.do(who, deed);
          for (const subjectId of shop.erased) {
            // Nothing personal is added to whoever was erased, whatever is asked.
            const { length } = (await shop.copyOf(subjectId)).filter(({ stream }) => stream.startsWith('dataSubject-'));
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
