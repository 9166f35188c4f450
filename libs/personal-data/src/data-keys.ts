import type { DataCategory, Erased, SubjectId } from '@dittoo/kernel';
import type { DataKey } from './envelope.js';

/** One key somebody needs: whose and for what; `scope` = of this stream or event alone. */
export interface KeyRequest {
  readonly subjectId: SubjectId;
  readonly category: DataCategory;
  readonly scope?: string | undefined;
}

/** `<subject>/<category>`, and with a scope `<subject>/<category>/<scope>`. */
export const requestName = ({ category, scope, subjectId }: KeyRequest): string =>
  scope === undefined ? `${subjectId}/${category}` : `${subjectId}/${category}/${scope}`;

/** The key material, for the sealer alone. */
export abstract class DataKeys {
  /**
   * The active key of each request, made where none was.
   *
   * @returns by `requestName`
   * @throws SubjectKeyDestroyed never makes a destroyed key again
   */
  abstract activeKeys(requests: readonly KeyRequest[]): Promise<ReadonlyMap<string, DataKey>>;

  /**
   * The keys of these ids, or the mark of what was destroyed.
   *
   * @returns by kid
   * @throws KeyMissing a row that should be there is not
   */
  abstract keysById(kids: readonly string[]): Promise<ReadonlyMap<string, DataKey | Erased>>;
}
