import type { DataSubjectEvents } from '@dittoo/contracts';
import { Clock, KeyRing } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { ErasureScope } from '../rights-request/rights-request.js';

/** Destroys the keys of an erasure's scope and spares the retained ones. Every method is safe to repeat. */
@Injectable()
export class ErasedKeys {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  /** @returns the event's entry for each destroyed key */
  async destroy(
    requestId: string,
    subjectId: string,
    { erase, retain }: ErasureScope,
  ): Promise<DataSubjectEvents['SubjectKeysDestroyed']['keys']> {
    const spared = await this.sparedBy(subjectId, retain);
    const destroyed = await this.keyRing.destroy(subjectId, erase, { at: this.clock.now(), requestId, spared });
    return destroyed.map(({ category, fingerprint, kid }) => ({ kid, category, fingerprint }));
  }

  /** @throws Error a key is still usable: the erasure stays open */
  async requireDestroyed(subjectId: string, { erase, retain }: ErasureScope): Promise<void> {
    const parts = retain.filter(({ scopes }) => scopes !== undefined).map(({ category }) => category);
    const states = await this.keyRing.states(subjectId);
    const usable: string[] = erase.filter(
      (category) => !parts.includes(category) && states.get(category) !== 'destroyed',
    );
    // Includes the keys of single orders, comments and messages.
    const spared = await this.sparedBy(subjectId, retain);
    const keys = await this.keyRing.keysOf(subjectId);
    usable.push(
      ...keys
        .filter(({ category, kid, state }) => state === 'active' && erase.includes(category) && !spared.includes(kid))
        .map(({ kid }) => kid),
    );
    if (usable.length > 0) throw new Error(`keys not destroyed: ${usable.join(', ')}`);
  }

  /** The retained keys of single orders, and keys from before orders had their own. */
  private async sparedBy(subjectId: string, retain: ErasureScope['retain']): Promise<string[]> {
    const parts = retain.filter(({ scopes }) => scopes !== undefined);
    if (parts.length === 0) return [];
    return (await this.keyRing.keysOf(subjectId))
      .filter((key) =>
        parts.some(
          ({ category, scopes }) => category === key.category && (key.scope === null || scopes!.includes(key.scope)),
        ),
      )
      .map(({ kid }) => kid);
  }
}
