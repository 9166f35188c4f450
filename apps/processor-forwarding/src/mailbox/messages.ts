/** Where a message lies. A uid means something in its folder and under that validity only. */
export interface MessagePlace {
  readonly folder: string;
  /** Decimal. */
  readonly uidValidity: string;
  readonly uid: number;
}

export interface MessageHead extends MessagePlace {
  /** With its angle brackets, as the sender wrote it; `null` = it has none. */
  readonly messageId: string | null;
  /** When it came, by the server; RFC 3339. */
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
  /** The folder's uids begin anew: everything comes again, drop by message id what is known. */
  readonly rescanned: boolean;
}

/** A message somebody sent, reduced to what a support case takes in. Whatever is in it, somebody typed. */
export interface IncomingMail extends MessageHead {
  readonly from: string | null;
  readonly subject: string;
  readonly text: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  /** A machine sent it: answer nothing, or two machines talk for ever. RFC 3834 */
  readonly automatic: boolean;
}

/**
 * The shop's mailbox at its provider. Every call is a connection of its own; dies in between: call again.
 *
 * Every method throws `TransmissionFailed` and nothing else for what happens on the way.
 */
export interface Mailbox {
  /** @param cursor `null` = from the beginning @param limit at most so many, oldest first */
  listNew(folder: string, cursor: MailboxCursor | null, limit: number): Promise<NewMessages>;

  /** Reads without marking as read. `null` = it is not there any more. */
  fetch(place: MessagePlace): Promise<IncomingMail | null>;

  /** @returns where it lies now; `null` = it was not there */
  move(place: MessagePlace, folder: string): Promise<MessagePlace | null>;

  /** The messages with one of these ids, and those that answer one of them, in every folder, the trash too. */
  find(messageIds: readonly string[]): Promise<MessageHead[]>;

  /** What came before that day, in every folder. @param day as `2026-11-22`; the server's dates, strictly earlier */
  before(day: string): Promise<MessageHead[]>;

  /**
   * Deletes for good and looks that it is gone. What is not there any more counts as deleted; under another uid
   * validity nobody can tell, and nothing is touched (`uid-validity-changed`).
   */
  delete(places: readonly MessagePlace[]): Promise<void>;
}
