import { mailProcessor } from '@dittoo/contracts';
import type { Register } from '@dittoo/processor-register';
import { mailEgressTo } from '../egress/mail-egress.js';
import { ImapMailbox } from '../mailbox/imap-mailbox.js';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import { SmtpSender } from './smtp-sender.js';

/** The mail provider: SMTP to send, and the mailbox that holds what was sent and received. */
export interface MailProvider {
  readonly sender: SmtpSender;
  readonly mailbox: ImapMailbox;
}

/** `MailProvider`, or `null` where none is connected. */
export const MAIL_PROVIDER = Symbol('MailProvider');

/** The register's id of the mail provider. */
export const mailProcessorId = mailProcessor;

/**
 * `attempt/recipient-erasure.ts` deletes the person's mail and looks whether it is gone; `mailbox/mailbox-sweep.ts`
 * deletes what is older than the register allows.
 */
export const mailCapabilities = ['sendMail', 'deleteByCall', 'checkDeletion', 'deleteByAge'] as const;

/** @throws Error naming the variable whose URL the register does not allow */
export const connectMail = (config: ForwardingConfig, register: Register): MailProvider | null => {
  if (config.mail === null) return null;
  const { smtpUrl, imapUrl } = config.mail;
  const proxy = config.egressProxy;
  const smtp = mailEgressTo(register, mailProcessorId, smtpUrl, 'MAIL_SMTP_URL', 'smtp', proxy);
  const imap = mailEgressTo(register, mailProcessorId, imapUrl, 'MAIL_IMAP_URL', 'imap', proxy);
  const { name, supportEmail } = register.dataController;
  // The login is the mailbox's address, and a provider accepts no other sender.
  const address = smtp.user.includes('@') ? smtp.user : supportEmail;
  return { sender: new SmtpSender(smtp, { name, address }, config), mailbox: new ImapMailbox(imap, config) };
};
