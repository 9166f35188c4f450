import { KeyEncryption, linkToken, UnsubscribeTokens } from '@dittoo/personal-data';
import { PLATFORM_CONFIG, REGISTER, type PlatformConfig } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { mailProcessorId } from '../mail/mail-provider.js';
import { notificationKinds, type NotificationKind, type NotificationName } from '../mail/notification-kinds.js';
import { composeNotification } from '../mail/notification.page.js';
import { requestInWords } from '../mail/request-facts.js';
import type { OutgoingMail } from '../mail/outgoing-mail.js';
import { FORWARDING_CONFIG, type ForwardingConfig } from '../processor-forwarding.config.js';
import { messageIdOf } from '../mailbox/messages.js';
import type { Item } from '../queue/item.js';
import type { OpenedNotification } from '../source/notification.query.js';

/** Makes the mail of a notification: its links, its text, and the mail it answers. */
@Injectable()
export class MailWriter {
  constructor(
    private readonly unsubscribeTokens: UnsubscribeTokens,
    private readonly keys: KeyEncryption,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(PLATFORM_CONFIG) private readonly config: PlatformConfig,
    @Inject(FORWARDING_CONFIG) private readonly forwarding: ForwardingConfig,
  ) {}

  /** @param domain of the message ids */
  write(name: NotificationName, opened: OpenedNotification, item: Item, domain: string): OutgoingMail {
    const kind: NotificationKind = notificationKinds[name];
    const { about, byEmailOnly, email, language, openedBy } = opened;
    const { publicUrl } = this.config;
    const pagesUrl = this.forwarding.storefrontUrl ?? publicUrl;
    const { name: shop, email: contact } = this.register.dataController;
    const unsubscribeToken = kind.oneClick === true ? this.unsubscribeTokens.issue(item.subjectId) : null;
    const request = opened.request === null ? null : requestInWords(this.register, language, opened.request);
    const copyToken =
      request !== null && request.copyExpiresAt !== null && byEmailOnly
        ? linkToken(this.keys, 'subjectCopy', about)
        : null;
    const certificateToken = request?.keysDestroyed === true ? linkToken(this.keys, 'erasureCertificate', about) : null;
    // Later mails about a case answer the first one: a mail program shows them as one conversation.
    const first = openedBy === null ? null : forwardingIdOf(mailProcessorId, 'sendMail', `supportReceived/${openedBy}`);
    const notification = { ...opened, request, certificateToken, copyToken, unsubscribeToken };
    return {
      messageId: messageIdOf(domain, item.forwardingId),
      to: email,
      language,
      ...composeNotification(name, notification, { shop, email: contact, publicUrl, pagesUrl }),
      inReplyTo: first === null || first === item.forwardingId ? null : messageIdOf(domain, first),
      automatic: name !== 'supportReply',
      // The mail program posts to it without asking, so the token has to be in the URL.
      unsubscribeUrl:
        unsubscribeToken === null
          ? null
          : `${publicUrl}/api/v1/newsletter/unsubscriptions?token=${encodeURIComponent(unsubscribeToken)}`,
    };
  }
}
