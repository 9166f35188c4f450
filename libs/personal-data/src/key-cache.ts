import type { Erased, SubjectId } from '@dittoo/kernel';
import type { DataKey } from './envelope.js';

interface Entry<T> {
  readonly value: T;
  readonly until: number;
}

/** Hits and misses of the cache. */
export interface KeyCacheFigures {
  readonly hits: number;
  readonly misses: number;
  readonly keys: number;
}

/**
 * Unwrapped keys in this process's memory: at most 60 s, at most 10,000, oldest out first.
 *
 * What was read before an eviction and arrives after it is not remembered: take `evictions` before reading and hand it
 * to `remember…`.
 */
export class KeyCache {
  private evicted = 0;
  private hits = 0;
  private misses = 0;
  private readonly actives = new Map<string, Entry<DataKey>>();
  private readonly ids = new Map<string, Entry<DataKey | Erased>>();

  constructor(
    private readonly ttlMs = 60_000,
    private readonly capacity = 10_000,
  ) {}

  active(name: string): DataKey | undefined {
    return this.counted(fresh(this.actives, name));
  }

  byId(kid: string): DataKey | Erased | undefined {
    return this.counted(fresh(this.ids, kid));
  }

  /** Since the process began: what was here, what had to be fetched, and what is held now. */
  get figures(): KeyCacheFigures {
    return { hits: this.hits, misses: this.misses, keys: this.ids.size };
  }

  /** How often something was evicted. */
  get evictions(): number {
    return this.evicted;
  }

  rememberActive(name: string, key: DataKey, evictions: number): void {
    if (evictions !== this.evicted) return;
    this.remember(this.actives, name, key);
    this.remember(this.ids, key.kid, key);
  }

  rememberById(kid: string, key: DataKey | Erased, evictions: number): void {
    if (evictions === this.evicted) this.remember(this.ids, kid, key);
  }

  evictSubject(subjectId: SubjectId): void {
    this.evicted += 1;
    for (const map of [this.actives, this.ids]) {
      for (const name of map.keys()) if (name.startsWith(`${subjectId}/`)) map.delete(name);
    }
  }

  clear(): void {
    this.evicted += 1;
    this.actives.clear();
    this.ids.clear();
  }

  private counted<T>(entry: T | undefined): T | undefined {
    if (entry === undefined) this.misses += 1;
    else this.hits += 1;
    return entry;
  }

  private remember<T>(map: Map<string, Entry<T>>, name: string, value: T): void {
    map.delete(name);
    map.set(name, { value, until: performance.now() + this.ttlMs });
    if (map.size > this.capacity) map.delete(map.keys().next().value!);
  }
}

const fresh = <T>(map: Map<string, Entry<T>>, name: string): T | undefined => {
  const entry = map.get(name);
  if (entry === undefined) return undefined;
  if (entry.until > performance.now()) return entry.value;
  map.delete(name);
  return undefined;
};
