import { locales, type Locale } from '@dittoo/contracts';
import {
  EventStore,
  isErased,
  Sealer,
  streamName,
  type RecordedEvent,
  type SubjectId,
  type Uuid,
} from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

/**
 * A person's language and address, read from the streams themselves; the address is opened only by the methods that
 * return it.
 */
@Injectable()
export class People {
  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  async isCustomer(subjectId: SubjectId): Promise<boolean> {
    for await (const { type } of this.store.readStream(streamName('customer', subjectId))) {
      if (type === 'CustomerRegistered') return true;
    }
    return false;
  }

  /** The language a customer chose; default Swedish. */
  async localeOf(subjectId: SubjectId): Promise<Locale> {
    let locale: Locale = 'sv';
    for await (const { data } of this.store.readStream(streamName('customer', subjectId))) {
      locale = locales.find((known) => known === data['locale']) ?? locale;
    }
    return locale;
  }

  /** The address for mail: the customer's, else the subscriber's. `null` = none, or not readable any more. */
  async emailOf(subjectId: SubjectId): Promise<string | null> {
    const customers = await this.last('customer', subjectId, ['CustomerRegistered', 'EmailRectified']);
    const last = customers ?? (await this.last('newsletter', subjectId, ['NewsletterSubscriptionRequested']));
    return last === null ? null : this.open(last);
  }

  /** The customer's address if it is confirmed; else `null`. */
  async confirmedEmailOf(subjectId: SubjectId): Promise<string | null> {
    const types = ['CustomerRegistered', 'EmailConfirmed', 'EmailRectified'];
    const last = await this.last('customer', subjectId, types);
    return last === null || last.type === 'CustomerRegistered' ? null : this.emailOf(subjectId);
  }

  private async last(category: string, id: Uuid, types: readonly string[]): Promise<RecordedEvent | null> {
    let last: RecordedEvent | null = null;
    for await (const recorded of this.store.readStream(streamName(category, id))) {
      if (types.includes(recorded.type)) last = recorded;
    }
    return last;
  }

  private async open(recorded: RecordedEvent): Promise<string | null> {
    const [opened] = await this.sealer.open([{ ...recorded, data: { email: recorded.data['email']! } }]);
    const email = (opened!.event.data as { readonly email: unknown }).email;
    return isErased(email) || typeof email !== 'string' ? null : email;
  }
}
