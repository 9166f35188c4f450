import { EventStore, KeyRing, leafOf, type RecordedEvent } from '@dittoo/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import { kidsErasedBy, kidsOf } from './envelope-check.query.js';
import { readOverHoles } from './log-reader.js';
import { numberedPage } from './numbered-page.js';
import { SealStore } from './seal-store.js';
import { SigningKey } from './signing-key.js';

/** First line of a bundle; the offline verifier accepts no other format. */
export const bundleFormat = 'dittoo-audit-bundle/1';

const headsPerRead = 1000;
const line = (value: object): string => `${JSON.stringify(value)}\n`;

/**
 * The log under its last tree head, for an auditor who does not trust the shop: NDJSON, one item per line.
 *
 *     { kind: 'policy', format, origin, vkey, treeSize, dense }   dense: positions are the indexes, always true now
 *     { kind: 'head', note }                     every tree head, after the entry that completes it
 *     { kind: 'entry', index, position, leaf }   leaf = the canonical bytes, as text
 *     { kind: 'key', kid, state }                a key that no longer opens anything: destroyed | missing
 *     { kind: 'end', entries, heads }            absent = the bundle was cut off
 *
 * Entries come from the log and not from the stored leaves: a changed log gives a bundle that does not verify.
 */
@Injectable()
export class Bundle {
  constructor(
    private readonly store: EventStore,
    private readonly keys: KeyRing,
    private readonly seal: SealStore,
    private readonly signingKey: SigningKey,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
  ) {}

  /** Yields lines as fast as they are consumed, with one page of the log in memory. */
  async *lines(): AsyncGenerator<string> {
    const { origin } = this.config;
    const treeSize = (await this.seal.lastHead(origin))?.size ?? 0;
    const vkey = await this.signingKey.verifierKey();
    yield line({ kind: 'policy', format: bundleFormat, origin, vkey, treeSize, dense: true });

    const heads = this.heads(treeSize);
    let head = (await heads.next()).value;
    let [entries, written] = [0, 0];
    const gone = new Map<string, 'destroyed' | 'missing'>();
    for await (const events of this.pages()) {
      const inside = events.slice(0, treeSize - entries);
      let text = '';
      for (const event of inside) {
        for (; head !== undefined && head.size <= entries; head = (await heads.next()).value, written++) {
          text += line({ kind: 'head', note: head.note });
        }
        const leaf = leafOf(event.stream, event.revision, event);
        text += line({ kind: 'entry', index: entries++, position: Number(event.position), leaf });
      }
      if (text !== '') yield text;
      await this.rememberGone(inside, gone);
      for (const event of events.slice(inside.length)) forgetErasedBy(event, gone);
    }
    for (; head !== undefined; head = (await heads.next()).value, written++) {
      yield line({ kind: 'head', note: head.note });
    }
    for (const [kid, state] of gone) yield line({ kind: 'key', kid, state });
    yield line({ kind: 'end', entries, heads: written });
  }

  private async rememberGone(
    events: readonly RecordedEvent[],
    gone: Map<string, 'destroyed' | 'missing'>,
  ): Promise<void> {
    const kids = new Set(events.flatMap(kidsOf));
    const states = await this.keys.statesOfKeys([...kids]);
    for (const kid of kids) {
      const state = states.get(kid) ?? 'missing';
      if (state !== 'active') gone.set(kid, state);
    }
  }

  /** To the end of the log, also after the last head: an erasure there explains a missing key. */
  private async *pages(): AsyncGenerator<readonly RecordedEvent[]> {
    // A hole is left out: the verifier notices the missing index.
    let after: bigint | null = null;
    let next = 0n;
    for await (const stretch of readOverHoles(this.store)) {
      if (stretch.kind === 'hole') continue;
      if (this.store.densePositions) {
        yield stretch.events;
        continue;
      }
      const leaves = await this.seal.leavesBetween(after, stretch.upTo);
      after = stretch.upTo;
      const places = [...numberedPage(stretch.events, new Map(leaves.map((leaf) => [leaf.position, leaf])), next)];
      const events = places.flatMap(({ event }) => event ?? []);
      next = (events.at(-1)?.position ?? next - 1n) + 1n;
      yield events;
    }
  }

  private async *heads(upTo: number): AsyncGenerator<{ readonly size: number; readonly note: string }, undefined> {
    for (let size = -1; size < upTo;) {
      const heads = await this.seal.headsAfter(this.config.origin, size, headsPerRead);
      if (heads.length === 0) return undefined;
      for (const head of heads) if (head.size <= upTo) yield head;
      size = heads.at(-1)!.size;
    }
    return undefined;
  }
}

/** Explained by an event after the last tree head: the next bundle will contain it. */
const forgetErasedBy = (event: RecordedEvent, gone: Map<string, unknown>): void => {
  for (const { kid } of kidsErasedBy(event)) gone.delete(kid);
};
