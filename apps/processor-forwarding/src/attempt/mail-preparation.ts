import { containsCardNumber, Clock, UnsubscribeTokens } from '@dittoo/kernel';
import { KeyEncryption, linkToken, parsePersonnummer } from '@dittoo/personal-data';
import { PLATFORM_CONFIG, REGISTER, type PlatformConfig } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { forwardingIdOf } from '../ledger/forwarding-id.js';
import { judge } from '../gate/gate.js';
import { LetterSource } from '../mail/notification.query.js';
import { Source } from '../source/source.query.js';
import { MailSuppression } from '../gate/suppression.query.js';
import type { Item } from '../queue/lanes.js';
import { letterKinds, type Letter, type LetterKind, type LetterName } from '../mail/notifications.js';
import { mailProcessorId, type MailProvider } from '../mailbox/mail-provider.js';
import { composed } from '../mail/compose-notification.js';
import { messageIdOf, type OutgoingMail } from '../mail/outgoing-mail.js';
import { refused, type Prepared } from './payment-preparation.js';
import type { ProcessorQueue } from './turn.js';

/**
 * Gets a letter ready, at every attempt anew: the gate, then the address and the values, then the list of those who want
 * no mail. The store, the keys or the list not answering is an error here: nothing is sent.
 */
@Injectable()
export class LetterPreparationReactor {
  constructor(
    private readonly source: Source,
    private readonly letters: LetterSource,
    private readonly suppression: MailSuppression,
    private readonly unsubscribeTokens: UnsubscribeTokens,
    private readonly keys: KeyEncryption,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(PLATFORM_CONFIG) private readonly config: PlatformConfig,
  ) {}

  async prepare({ mail, tables }: ProcessorQueue, item: Item): Promise<Prepared> {
    const { purposes, letter: queued, noticeVersion } = item.payload;
    const { processorId } = tables;
    const name = queued!.name as LetterName;
    const kind: LetterKind | undefined = Object.hasOwn(letterKinds, name) ? letterKinds[name] : undefined;
    if (kind === undefined) return { failure: 'no-such-letter' };
    const standing = await this.source.standing(item.subjectId);
    const at = this.clock.now();
    const verdict = judge(this.register, { processorId, intent: item.kind, purposes }, standing, at);
    if (!verdict.allowed) return { refused: verdict };
    const permission = verdict.permissions[0]!;
    const { fields, purpose, legalBasis, consent } = permission;
    if (mail === null) return refused('unknownProcessor', fields, purpose);
    const letter = await this.letters.letter(kind, queued!, item.subjectId);
    // A link that works no more is no longer what the letter was for.
    if (letter === null || String(letter.facts['expiresAt'] ?? at) < at) return refused('valueGone', fields, purpose);
    if (await this.suppression.forbids(purpose, letter.email, kind.answers)) {
      return refused('addressSuppressed', fields, purpose);
    }
    if (Object.values(letter.said).some((text) => isWithheld(text, at))) {
      return refused('fieldNotAllowed', fields, purpose);
    }
    const disclosure = {
      legalEntity: verdict.legalEntity,
      fields,
      purpose,
      legalBasis,
      consentRecordId: consent?.recordId ?? null,
      consentRevision: consent?.revision ?? null,
      noticeVersion: noticeVersion ?? this.register.noticeVersion,
      ciphertextDigest: letter.digest,
    };
    const unsubscribeToken = kind.oneClick === true ? this.unsubscribeTokens.issue(item.subjectId) : null;
    const copyToken =
      name === 'copyPrepared' && letter.byEmailOnly ? linkToken(this.keys, 'subjectCopy', letter.about) : null;
    const outgoing = this.write(mail, name, withoutNumbers({ ...letter, copyToken, unsubscribeToken }, at), item);
    return {
      record: { at, disclosures: [disclosure] },
      run: async () => {
        await mail.sender.send(outgoing);
        return null;
      },
    };
  }

  private write({ sender }: MailProvider, name: LetterName, letter: Letter, item: Item): OutgoingMail {
    const { language, email, openedBy, unsubscribeToken } = letter;
    const { publicUrl } = this.config;
    const { name: shop, email: contact } = this.register.dataController;
    // The first letter about a case is what the later ones answer: a mail program shows them together.
    const first = openedBy === null ? null : forwardingIdOf(mailProcessorId, 'sendMail', `supportReceived/${openedBy}`);
    return {
      messageId: messageIdOf(sender.domain, item.forwardingId),
      to: email,
      language,
      ...composed(name, letter, { shop, email: contact, publicUrl }),
      inReplyTo: first === null || first === item.forwardingId ? null : messageIdOf(sender.domain, first),
      automatic: name !== 'supportReply',
      // One post of the mail program, without asking: the token has to stand where it posts to.
      unsubscribeUrl:
        unsubscribeToken === null
          ? null
          : `${publicUrl}/api/v1/newsletter/unsubscriptions?token=${encodeURIComponent(unsubscribeToken)}`,
    };
  }
}

const digits = /(?<!\d)(?:\d{2})?\d{6}[-+]?\d{4}(?!\d)/g;

/** Card numbers and personnummer are never written in mail. */
const isWithheld = (text: string, today: string): boolean =>
  containsCardNumber(text) || (text.match(digits) ?? []).some((number) => parsePersonnummer(number, today).valid);

/** The subject line is the correspondent's own: where it says a number, it is not repeated to them. */
const withoutNumbers = (letter: Letter, today: string): Letter =>
  letter.caseSubject !== null && isWithheld(letter.caseSubject, today) ? { ...letter, caseSubject: null } : letter;
