import type { DataCategory } from '@dittoo/kernel';
import { scopeOf } from './retention-fold.js';
import { effectsOf, wholeCategory, type RetentionEvent } from './retention-rules.js';

/** The saved state that the fold of some events needs. */
export interface Needs {
  readonly everyKey: boolean;
  readonly scopes: readonly string[];
  readonly categories: readonly DataCategory[];
  readonly parts: boolean;
  readonly account: boolean;
}

export const needsOf = (events: readonly RetentionEvent[]): Needs => {
  const effects = events.flatMap((event) => effectsOf(event).map((effect) => ({ effect, event })));
  const ofKeys = effects.flatMap(({ effect, event }) => ('keyPer' in effect ? [{ effect, event }] : []));
  const account = effects.length > ofKeys.length || ofKeys.some(({ effect }) => effect.keyPer === 'subject');
  return {
    everyKey: effects.some(({ effect }) => 'destroys' in effect),
    scopes: [...ofKeys.map(({ effect, event }) => scopeOf(effect, event)), ...(account ? [wholeCategory] : [])],
    categories: ofKeys.filter(({ effect }) => effect.keyPer === 'every').map(({ effect }) => effect.category),
    parts: ofKeys.some(({ effect }) => effect.category === 'consentEvidence'),
    account,
  };
};
