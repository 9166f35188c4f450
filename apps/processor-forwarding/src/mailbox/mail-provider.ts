import type { Register } from '@dittoo/processor-register';
import { mailEgressTo } from '../egress/egress.js';
import type { ForwardingConfig } from '../processor-forwarding.config.js';
import type { MailSender } from '../mail/outgoing-mail.js';
import { SmtpAdapter } from '../mail/smtp-sender.js';
import { ImapAdapter } from './imap-mailbox.js';
import type { Mailbox } from './messages.js';

/** The mail provider: the way out, and the mailbox where what went out lies. */
export interface MailProvider {
  readonly sender: MailSender;
  readonly mailbox: Mailbox;
}

/** `MailProvider`, or `null` where it is not connected. */
export const MAIL_PROVIDER = Symbol('MailProvider');

/** The processor that mail leaves by. */
export const mailProcessorId = 'oneMail';

/** @throws Error naming the variable that leads where nothing may be sent */
export const connectMail = (config: ForwardingConfig, register: Register): MailProvider | null => {
  if (config.mail === null) return null;
  const smtp = mailEgressTo(
    register,
    mailProcessorId,
    config.mail.smtpUrl,
    'MAIL_SMTP_URL',
    'smtp',
    config.egressProxy,
  );
  const imap = mailEgressTo(
    register,
    mailProcessorId,
    config.mail.imapUrl,
    'MAIL_IMAP_URL',
    'imap',
    config.egressProxy,
  );
  const { name, supportEmail } = register.dataController;
  // A mailbox is its own address, and a provider takes no other for a sender.
  const address = smtp.user.includes('@') ? smtp.user : supportEmail;
  return { sender: new SmtpAdapter(smtp, { name, address }, config), mailbox: new ImapAdapter(imap, config) };
};
