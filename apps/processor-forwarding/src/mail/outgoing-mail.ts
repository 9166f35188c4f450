/** One mail, ready to go. Lives in the function that sends it. */
export interface OutgoingMail {
  /** With its angle brackets; the same forwarding has the same one for ever. */
  readonly messageId: string;
  readonly to: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The message this one answers. */
  readonly inReplyTo: string | null;
  /** A machine wrote it (RFC 3834): nobody's out-of-office answers it. */
  readonly automatic: boolean;
  /** Where one click ends the subscription (RFC 8058); `null` where there is none. */
  readonly unsubscribeUrl: string | null;
}

/**
 * The way out for mail. SMTP has no idempotency: after an unknown outcome look for the message id in the mailbox before
 * sending it again.
 */
export interface MailSender {
  /** Domain of the message ids. */
  readonly domain: string;
  /** @throws TransmissionFailed */
  send(mail: OutgoingMail): Promise<void>;
}

/** The message id of a forwarding. */
export const messageIdOf = (domain: string, forwardingId: string): string => `<${forwardingId}@${domain}>`;
