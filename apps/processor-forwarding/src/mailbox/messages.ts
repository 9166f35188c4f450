/** Where a message is. A uid is valid in its folder and under that validity only. */
export interface MessagePlace {
  readonly folder: string;
  /** Decimal. */
  readonly uidValidity: string;
  readonly uid: number;
}

export interface MessageHead extends MessagePlace {
  /** With its angle brackets, as the sender wrote it; `null` = it has none. */
  readonly messageId: string | null;
  /** When the server received it; RFC 3339. */
  readonly receivedAt: string;
}

/** How far a folder was read. */
export interface MailboxCursor {
  readonly uidValidity: string;
  readonly lastUid: number;
}

export interface NewMessages {
  /** In the order of their uids. */
  readonly messages: readonly MessageHead[];
  /** Keep it with what was done about the messages, in one transaction. */
  readonly cursor: MailboxCursor;
  /** The uid validity changed: every message is listed again; drop duplicates by message id. */
  readonly rescanned: boolean;
}

/** A message sent to the shop, reduced to what a support case stores. All of its contents are untrusted input. */
export interface IncomingMail extends MessageHead {
  readonly from: string | null;
  readonly subject: string;
  readonly text: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** Sent by a machine: do not answer, or two machines answer each other for ever (RFC 3834). */
  readonly automatic: boolean;
}

/** The message id of what a forwarding sends; the same for every attempt. @param domain of our own address */
export const messageIdOf = (domain: string, forwardingId: string): string => `<${forwardingId}@${domain}>`;
