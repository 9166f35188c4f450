import { Clock } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { judge } from '../gate/gate.js';
import type { Standing } from '../gate/standing.js';
import { Standings } from '../gate/standing.query.js';
import { MailSuppression } from '../gate/suppression.query.js';
import {
  isNotificationName,
  notificationKinds,
  type NotificationKind,
  type NotificationName,
} from '../mail/notification-kinds.js';
import { holdsProtectedNumber, withoutProtectedNumbers } from '../mail/protected-numbers.js';
import { NotificationSource, type ReadNotification } from '../source/notification.query.js';
import { MailWriter } from './mail-writer.js';
import { disclosureOf, refused, type Prepare, type Prepared } from './preparation.js';
import type { Turn } from './turn.js';

/**
 * Prepares a notification, at every attempt anew: the streams are read together, the gate judges, then address and values
 * are opened, the suppression list is asked and the mail is composed. It throws where the store, the keys or the list do
 * not answer: nothing is sent.
 */
@Injectable()
export class MailPreparation {
  constructor(
    private readonly standings: Standings,
    private readonly source: NotificationSource,
    private readonly suppression: MailSuppression,
    private readonly writer: MailWriter,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  async read(turn: Turn): Promise<Prepare> {
    const { item } = turn;
    const { notification: queued } = item.payload;
    if (queued === null || !isNotificationName(queued.name)) return async () => ({ failure: 'no-such-notification' });
    const { name } = queued;
    const [standing, read] = await Promise.all([
      this.standings.of(item.subjectId),
      this.source.read(notificationKinds[name], queued, item.subjectId),
    ]);
    return () => this.prepare(turn, name, standing, read);
  }

  private async prepare(
    { connection, item }: Turn,
    name: NotificationName,
    standing: Standing,
    read: ReadNotification,
  ): Promise<Prepared> {
    const { mail, tables } = connection;
    const { purposes, noticeVersion } = item.payload;
    const kind: NotificationKind = notificationKinds[name];
    const at = this.clock.now();
    const answersRequest = kind.addressee === 'requester';
    const asked = { processorId: tables.processorId, intent: item.kind, purposes, answersRequest };
    const verdict = judge(this.register, asked, standing, at);
    if (!verdict.allowed) return { refused: verdict };
    const [permission] = verdict.permissions;
    if (permission === undefined) return { failure: 'no-purpose' };
    const { fields, purpose } = permission;
    if (mail === null) return refused('unknownProcessor', fields, purpose);
    const notification = await this.source.open(kind, read);
    // A notification whose link has expired serves nobody.
    if (notification === null || String(notification.facts['expiresAt'] ?? at) < at) {
      return refused('valueGone', fields, purpose);
    }
    if (await this.suppression.forbids(purpose, notification.email, kind.answers)) {
      return refused('addressSuppressed', fields, purpose);
    }
    if (Object.values(notification.opened).some((text) => holdsProtectedNumber(text, at))) {
      return refused('fieldNotAllowed', fields, purpose);
    }
    const { legalEntity } = verdict;
    const ledger = {
      legalEntity,
      noticeVersion: noticeVersion ?? this.register.noticeVersion,
      ciphertextDigest: notification.digest,
    };
    const words = withoutProtectedNumbers(notification, at);
    const outgoing = await mail.sender.compose(this.writer.write(name, words, item, mail.sender.domain));
    return {
      record: { at, disclosures: [disclosureOf(permission, ledger)] },
      run: async () => {
        await mail.sender.send(outgoing);
        return null;
      },
    };
  }
}
