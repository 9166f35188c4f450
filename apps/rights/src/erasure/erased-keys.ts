import type { DataSubjectEvents } from '@dittoo/contracts';
import { Clock, keyNamed, KeyRing } from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';
import type { ErasureScope } from '../rights-request/rights-request.js';

/** The category of the address that an answer is sent to. */
const addressCategory = 'contact';

/** Destroys the keys of an erasure's scope and spares the retained ones. Every method is safe to repeat. */
@Injectable()
export class ErasedKeys {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly clock: Clock,
  ) {}

  /**
   * @param unanswered requests whose answers are not delivered: the keys of their addresses go after the answers
   * @returns the event's entry for each destroyed key
   */
  async destroy(
    requestId: string,
    subjectId: string,
    { erase, retain }: ErasureScope,
    unanswered: readonly string[],
  ): Promise<DataSubjectEvents['SubjectKeysDestroyed']['keys']> {
    const spared = await this.sparedBy(subjectId, retain, unanswered);
    const destroyed = await this.keyRing.destroy(subjectId, erase, { at: this.clock.now(), requestId, spared });
    return destroyed.map(({ category, fingerprint, kid }) => ({ kid, category, fingerprint }));
  }

  /** @throws Error a key is still usable: the erasure stays open */
  async requireDestroyed(
    subjectId: string,
    { erase, retain }: ErasureScope,
    unanswered: readonly string[],
  ): Promise<void> {
    const spared = await this.sparedBy(subjectId, retain, unanswered);
    const parts = [
      ...retain.filter(({ scopes }) => scopes !== undefined).map(({ category }) => category),
      ...spared.map((kid) => keyNamed(kid)?.category),
    ];
    const states = await this.keyRing.states(subjectId);
    const usable: string[] = erase.filter(
      (category) => !parts.includes(category) && states.get(category) !== 'destroyed',
    );
    // Includes the keys of single orders, comments and messages.
    const keys = await this.keyRing.keysOf(subjectId);
    usable.push(
      ...keys
        .filter(({ category, kid, state }) => state === 'active' && erase.includes(category) && !spared.includes(kid))
        .map(({ kid }) => kid),
    );
    if (usable.length > 0) throw new Error(`keys not destroyed: ${usable.join(', ')}`);
  }

  /** The keys of undelivered answers' addresses, the retained keys of single orders, and keys from before those had their own. */
  private async sparedBy(
    subjectId: string,
    retain: ErasureScope['retain'],
    unanswered: readonly string[],
  ): Promise<string[]> {
    const parts = retain.filter(({ scopes }) => scopes !== undefined);
    if (parts.length === 0 && unanswered.length === 0) return [];
    return (await this.keyRing.keysOf(subjectId))
      .filter(
        (key) =>
          (key.category === addressCategory && key.scope !== null && unanswered.includes(key.scope)) ||
          parts.some(
            ({ category, scopes }) => category === key.category && (key.scope === null || scopes!.includes(key.scope)),
          ),
      )
      .map(({ kid }) => kid);
  }
}
