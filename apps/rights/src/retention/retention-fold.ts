import type { Retention } from '@dittoo/contracts';
import { keyNamed, streamId, type DataCategory, type RetentionEffect } from '@dittoo/kernel';
import { retentionEndsOn, retentionOf, dayOf, type Day } from '@dittoo/processor-register';
import { dayBefore } from './days.js';
import {
  effectsOf,
  wholeCategory,
  type KeyEffect,
  type RetentionEvent,
  type RetentionRules,
} from './retention-rules.js';

/** One key and the last day it is kept; `null` = the need has not ended. */
export interface KeptKey {
  readonly category: DataCategory;
  /** Id of the order, comment or message; `wholeCategory` for all of the category. */
  readonly scope: string;
  readonly lastDay: Day | null;
}

/** One of several reasons to keep a key, each with its own end: the consents that the evidence proves. */
export interface KeptPart {
  readonly category: DataCategory;
  readonly part: string;
  readonly lastDay: Day | null;
}

export interface Account {
  readonly lastActiveOn: Day;
  /** The announced time of the erasure (RFC 3339). */
  readonly erasesAt: string | null;
}

/** The state of the fold for a person before the next event. */
export interface KnownRetention {
  readonly keys: readonly KeptKey[];
  readonly parts: readonly KeptPart[];
  readonly account: Account | null;
}

const nothingKnown: KnownRetention = { keys: [], parts: [], account: null };

/**
 * The events of one person, in the order of the log -> the last day of each of their keys. No I/O: the
 * erasure's scope and the access copy fold the streams, the scheduler's rows are the saved state of the fold. So all of
 * them have the same day.
 */
export class RetentionFold {
  private readonly keysById = new Map<string, KeptKey>();
  private readonly partsById = new Map<string, KeptPart>();
  private known: Account | null;

  constructor(
    private readonly rules: RetentionRules,
    known: KnownRetention = nothingKnown,
  ) {
    for (const key of known.keys) this.keysById.set(idOf(key.category, key.scope), key);
    for (const part of known.parts) this.partsById.set(idOf(part.category, part.part), part);
    this.known = known.account;
  }

  get keys(): readonly KeptKey[] {
    return [...this.keysById.values()];
  }

  get parts(): readonly KeptPart[] {
    return [...this.partsById.values()];
  }

  get account(): Account | null {
    return this.known;
  }

  take(event: RetentionEvent): this {
    for (const effect of effectsOf(event)) this.apply(effect, event);
    return this;
  }

  /**
   * The last day of a key. A key without events, for instance from before orders had their own keys, ends with the last
   * of its category, or with the account where the period counts from the last activity.
   */
  lastDay(category: DataCategory, scope: string = wholeCategory): Day | null {
    const key = this.keysById.get(idOf(category, scope)) ?? null;
    if (key?.lastDay != null) return key.lastDay;
    if (this.endsWithAccount(category)) return this.accountEnd();
    return key === null ? this.lastDayOfAll(category) : null;
  }

  /** The last day of a whole category; `null` = a part of it has no known end, or there is none. */
  lastDayOfAll(category: DataCategory): Day | null {
    const days = this.ofCategory(category).map(({ scope }) => this.lastDay(category, scope));
    return latest(days);
  }

  private apply(effect: RetentionEffect, event: RetentionEvent): void {
    if ('account' in effect) return this.use(effect.account, timeOf(event, effect.at));
    if ('destroys' in effect) return this.erase(event, effect);
    // An account's address ends with the account.
    if (effect.keyPer === 'subject' && this.known !== null && this.endsWithAccount(effect.category)) return;
    if (effect.per !== undefined) return this.applyToPart(effect, event, String(event.fields[effect.per]));
    if ('ends' in effect || ('ifKept' in effect && effect.ifKept === true)) {
      for (const key of this.touched(effect, event)) this.change(effect, event, key);
    } else {
      const scope = scopeOf(effect, event);
      const key = this.keysById.get(idOf(effect.category, scope));
      this.change(effect, event, key ?? { category: effect.category, scope, lastDay: undefined });
    }
  }

  private change(
    effect: KeyEffect,
    event: RetentionEvent,
    { category, lastDay, scope }: Omit<KeptKey, 'lastDay'> & { readonly lastDay: Day | null | undefined },
  ): void {
    if ('begins' in effect && this.partsOf(category).length > 0) return this.endParts(effect, event, category);
    this.set({ category, scope, lastDay: this.dayAfter(effect, event, lastDay) });
  }

  private dayAfter(effect: KeyEffect, event: RetentionEvent, before: Day | null | undefined): Day | null {
    const day = this.computedDay(effect, event, before);
    return day === null ? null : representable(day);
  }

  private computedDay(effect: KeyEffect, event: RetentionEvent, before: Day | null | undefined): Day | null {
    if ('keeps' in effect) return null;
    if ('begins' in effect)
      return retentionEndsOn(this.rules.register, effect.period ?? effect.category, timeOf(event, effect.begins));
    if ('ends' in effect) {
      const over = dayBefore(dayOf(timeOf(event, effect.ends)));
      // Parts that ended earlier stay ended.
      return effect.keyPer === 'every' && before != null && before < over ? before : over;
    }
    if (before === null) return null;
    const until = dayOf(later(timeOf(event, effect.extends), effect.by === undefined ? 0 : this.rules.copyLifetimeMs));
    return before !== undefined && before > until ? before : until;
  }

  private applyToPart(effect: KeyEffect, event: RetentionEvent, part: string): void {
    const { category } = effect;
    this.partsById.set(idOf(category, part), { category, part, lastDay: this.dayAfter(effect, event, null) });
    this.sumUpParts(category);
  }

  /** Ends the parts that have not ended before. */
  private endParts(effect: KeyEffect, event: RetentionEvent, category: DataCategory): void {
    for (const part of this.partsOf(category)) {
      if (part.lastDay !== null) continue;
      this.partsById.set(idOf(category, part.part), { ...part, lastDay: this.dayAfter(effect, event, null) });
    }
    this.sumUpParts(category);
  }

  private sumUpParts(category: DataCategory): void {
    const lastDay = latest(this.partsOf(category).map((part) => part.lastDay));
    this.set({ category, scope: wholeCategory, lastDay });
  }

  private use(how: 'opened' | 'used' | 'endAnnounced', at: string): void {
    if (how === 'opened') {
      this.known ??= { lastActiveOn: dayOf(at), erasesAt: null };
      for (const { category, scope } of this.keys)
        if (scope === wholeCategory && this.endsWithAccount(category)) this.keysById.delete(idOf(category, scope));
      return;
    }
    if (this.known === null) return;
    if (how === 'endAnnounced') this.known = { ...this.known, erasesAt: at };
    // A use cancels the announcement. A clock that was set back shortens nothing.
    else if (this.known.lastActiveOn <= dayOf(at)) this.known = { lastActiveOn: dayOf(at), erasesAt: null };
  }

  /** Removes the days of erased keys; keys that a legal hold kept are due when the hold ends. */
  private erase(event: RetentionEvent, { destroys, retains }: { destroys: string; retains: string }): void {
    for (const { kid } of listOf<{ readonly kid: string }>(event.fields[destroys])) {
      const key = keyNamed(kid);
      if (key !== null) this.keysById.delete(idOf(key.category, key.scope ?? wholeCategory));
    }
    this.known = null;
    const over = dayBefore(dayOf(event.recordedAt));
    for (const { category, reason, scopes } of listOf<Retention>(event.fields[retains])) {
      if (reason !== 'legalHold') continue;
      for (const key of this.ofCategory(category)) if (scopes?.includes(key.scope)) this.set({ ...key, lastDay: over });
      // The books have their own day for each order.
      if (scopes !== undefined || category === 'orderAccounting') continue;
      for (const key of this.ofCategory(category))
        if (key.lastDay === null || key.lastDay > over) this.set({ ...key, lastDay: over });
      this.set({ category, scope: wholeCategory, lastDay: over });
    }
  }

  /** Never earlier than announced. */
  private accountEnd(): Day | null {
    if (this.known === null) return null;
    const ordinary = retentionEndsOn(this.rules.register, 'profile', this.known.lastActiveOn);
    const announced = this.known.erasesAt === null ? ordinary : dayBefore(dayOf(this.known.erasesAt));
    return announced > ordinary ? announced : ordinary;
  }

  private endsWithAccount(category: DataCategory): boolean {
    return retentionOf(this.rules.register, category).stages.at(-1)?.from === 'lastActivity';
  }

  private touched(effect: KeyEffect, event: RetentionEvent): readonly KeptKey[] {
    if (effect.keyPer === 'every') return this.ofCategory(effect.category);
    const key = this.keysById.get(idOf(effect.category, scopeOf(effect, event)));
    return key === undefined ? [] : [key];
  }

  private ofCategory(category: DataCategory): readonly KeptKey[] {
    return this.keys.filter((key) => key.category === category);
  }

  private partsOf(category: DataCategory): readonly KeptPart[] {
    return this.parts.filter((part) => part.category === category);
  }

  private set(key: KeptKey): void {
    this.keysById.set(idOf(key.category, key.scope), key);
  }
}

/** The last days of a person's keys, from all their events. */
export const foldRetention = (rules: RetentionRules, events: Iterable<RetentionEvent>): RetentionFold => {
  const fold = new RetentionFold(rules);
  for (const event of events) fold.take(event);
  return fold;
};

/** The scope of the key that an effect concerns. */
export const scopeOf = ({ keyPer }: KeyEffect, { eventId, stream }: RetentionEvent): string =>
  keyPer === 'stream' ? streamId(stream) : keyPer === 'event' ? eventId : wholeCategory;

const idOf = (category: string, part: string): string => `${category}/${part}`;

/**
 * An invalid time counts as the time of recording, so that a bad value cannot keep a person's data for ever. A time
 * beyond the calendar of the rows counts as its end.
 */
const timeOf = ({ fields, recordedAt }: RetentionEvent, time: string): string => {
  const value = fields[time];
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) return recordedAt;
  return Date.parse(value) > Date.parse(endOfTime) ? endOfTime : value;
};

const endOfTime = '9999-12-31T00:00:00.000Z';

/**
 * Days compare and are stored as text of ten characters: one beyond the year 9999 counts as the last of it, so that a
 * time far away in one event cannot stop the rows of everybody.
 */
const representable = (day: Day): Day =>
  day.startsWith('+') ? '9999-12-31' : day.startsWith('-') ? '0001-01-01' : day;

const later = (at: string, ms: number): string => (ms === 0 ? at : new Date(Date.parse(at) + ms).toISOString());

const latest = (days: readonly (Day | null)[]): Day | null =>
  days.includes(null) ? null : (days.toSorted().at(-1) ?? null);

const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? (value as T[]) : []);
