import type { Uuid } from '@dittoo/kernel';

/** The kinds of request that are answered with a copy. */
export type CopyKind = 'access' | 'portability';

/**
 * The copy of everything about a person, as a file at rest: signed, sealed, gone after its time. The request's own
 * stream says what became of it; this port only makes, hands out and removes the file.
 */
export abstract class SubjectCopies {
  /**
   * Gathers, signs and seals. Safe to repeat: the copy of a request that has one is left as it is.
   *
   * @returns `digest`: SHA-256 of what was signed, hex; `expiresAt`: RFC 3339
   */
  abstract prepare(input: {
    readonly requestId: Uuid;
    readonly subjectId: Uuid;
    readonly kind: CopyKind;
    readonly now: string;
  }): Promise<{ readonly digest: string; readonly expiresAt: string }>;

  /**
   * Opens the copy for the person. That it is handed out once is decided by the caller, in the request's stream.
   *
   * @throws DomainError `gone` where it expired or was purged
   */
  abstract collect(input: {
    readonly requestId: Uuid;
    readonly subjectId: Uuid;
    readonly format: 'json' | 'html';
    readonly now: string;
  }): Promise<{ readonly contentType: string; readonly body: string; readonly filename: string }>;

  /** Removes the copy. Safe to repeat, also where there never was one. */
  abstract purge(requestId: Uuid): Promise<void>;
}
