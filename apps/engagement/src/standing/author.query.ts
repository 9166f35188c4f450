import {
  evolveStanding,
  unrestricted,
  type CustomerEvents,
  type DataSubjectEvents,
  type Locale,
} from '@dittoo/contracts';
import {
  DomainError,
  EventStore,
  isErased,
  recordedAs,
  Sealer,
  streamName,
  type RecordedEvent,
  type SubjectId,
} from '@dittoo/kernel';
import { Injectable } from '@nestjs/common';

export interface Author {
  readonly givenName: string;
  readonly locale: Locale;
}

/** A customer as an author, read from their own stream; only the given name is opened. */
@Injectable()
export class Authors {
  constructor(
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  /** The author's current given name: a rectified name applies to every comment (art. 16). `null` = erased. */
  async givenNameOf(subjectId: SubjectId): Promise<string | null> {
    try {
      return (await this.author(subjectId)).givenName;
    } catch (error) {
      if (error instanceof DomainError && ['subject-erased', 'not-found'].includes(error.code)) return null;
      throw error;
    }
  }

  /** @throws DomainError `subject-erased`; `not-found` where no such customer ever existed */
  async author(subjectId: SubjectId): Promise<Author> {
    if (await this.isBeingErased(subjectId)) throw new DomainError('subject-erased');
    let named: RecordedEvent | undefined;
    let locale: Locale = 'sv';
    for await (const recorded of this.store.readStream(streamName('customer', subjectId))) {
      const event = recordedAs<CustomerEvents>(recorded);
      if (event.type === 'AccountClosed') throw new DomainError('subject-erased');
      if (event.type === 'CustomerRegistered' || event.type === 'NameRectified') named = recorded;
      if (event.type === 'CustomerRegistered' || event.type === 'LocaleChosen') locale = event.data.locale;
    }
    if (named === undefined) throw new DomainError('not-found');
    const { givenName: sealed } = named.data;
    const [opened] = await this.sealer.open([{ ...named, data: { givenName: sealed ?? null } }]);
    const { givenName } = opened!.event.data as { givenName: string };
    if (isErased(givenName)) throw new DomainError('subject-erased');
    return { givenName, locale };
  }

  private async isBeingErased(subjectId: SubjectId): Promise<boolean> {
    let standing = unrestricted;
    for await (const recorded of this.store.readStream(streamName('dataSubject', subjectId))) {
      standing = evolveStanding(standing, recordedAs<DataSubjectEvents>(recorded));
    }
    return standing.erasing;
  }
}
