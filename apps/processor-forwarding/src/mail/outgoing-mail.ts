/** One mail, ready to be sent. Exists only while it is being sent. */
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
  /** Sent by a machine (RFC 3834): no out-of-office reply answers it. */
  readonly automatic: boolean;
  /** Where one click ends the subscription (RFC 8058); `null` where there is none. */
  readonly unsubscribeUrl: string | null;
}
