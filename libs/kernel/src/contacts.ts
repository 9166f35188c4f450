import type { Uuid } from './event.js';

/**
 * People known by an e-mail address alone: subscribers, correspondents, entrants of a campaign. Customers are not in it,
 * because nobody has shown yet that an address typed at a registration is theirs. Addresses are compared in their
 * normal form and kept as keyed hashes only.
 */
export abstract class ContactDirectory {
  /** @returns the person behind the address; `null` = nobody, or somebody forgotten */
  abstract find(email: string): Promise<Uuid | null>;

  /** The same, known from now on. Two who ask at once get the same person. */
  abstract findOrAdd(email: string): Promise<Uuid>;

  /** Goes with an erasure: whoever comes with that address later is a new person. Safe to repeat. */
  abstract forget(subjectId: Uuid): Promise<void>;
}

/**
 * Addresses nothing but answers may be mailed to. Outlives an erasure on purpose: it is how "never again" is remembered
 * without the address. Not answering is an error, and an error is a no.
 */
export abstract class SuppressionList {
  abstract suppress(email: string): Promise<void>;

  abstract isSuppressed(email: string): Promise<boolean>;

  /** The owner of the address asked for mail again. */
  abstract lift(email: string): Promise<void>;
}

/**
 * What the unsubscribe link of a mail carries (RFC 8058): made when the mail is, kept nowhere, valid for ever. It names
 * the person to nobody but us.
 */
export abstract class UnsubscribeTokens {
  /** The same person, the same token. Visible ASCII, fit for a URL. */
  abstract issue(subjectId: Uuid): string;

  /** @returns `null` = not one of ours */
  abstract subjectOf(token: string): Uuid | null;
}
