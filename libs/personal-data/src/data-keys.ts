import type { DataCategory, Erased, SubjectId } from '@dittoo/kernel';
import type { DataKey } from './envelope.js';

/** A request for one key: subject and category; `scope` = of this stream or event alone. */
export interface KeyRequest {
  readonly subjectId: SubjectId;
  readonly category: DataCategory;
  readonly scope?: string | undefined;
}

/** `<subject>/<category>`, and with a scope `<subject>/<category>/<scope>`. */
export const requestName = ({ category, scope, subjectId }: KeyRequest): string =>
  scope === undefined ? `${subjectId}/${category}` : `${subjectId}/${category}/${scope}`;

/** The key material; used by the sealer alone. */
export abstract class DataKeys {
  /**
   * The active key of each request, created where none exists.
   *
   * @returns by `requestName`
   * @throws SubjectKeyDestroyed a destroyed key is never created again
   */
  abstract activeKeys(requests: readonly KeyRequest[]): Promise<ReadonlyMap<string, DataKey>>;

  /**
   * The keys of these ids, or the record of their destruction.
   *
   * @returns by kid
   * @throws KeyMissing a row is missing
   */
  abstract keysById(kids: readonly string[]): Promise<ReadonlyMap<string, DataKey | Erased>>;
}
