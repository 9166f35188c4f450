import { streamCategory, streamId, type EventContext, type RecordedEvent } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { letterKinds, letterNames, lettersAbout, type LetterName } from '../mail/notifications.js';
import { mailProcessorId } from '../mailbox/mail-provider.js';
import { IntentReactor } from './forwarding-requests.js';

/** The group of the other intents, so that an erasure stands where it happened among the letters. */
const group = 'forwarding.intake';

const events: string[] = [...new Set(letterNames.map((name) => letterKinds[name].event))];

/** What happened -> the letters about it, queued in the lane of the person. What they say is read when they are sent. */
@Controller()
export class LetterIntakeReactor {
  constructor(private readonly intents: IntentReactor) {}

  @EventPattern<string[]>(events, { group })
  async happened(@Payload() event: RecordedEvent, @Ctx() context: EventContext<EntityManager>): Promise<void> {
    if (event.metadata.dataSubjectId === null) return;
    for (const name of lettersAbout(event.type)) {
      const { purpose, fields } = letterKinds[name];
      await this.intents.ask(event, context.transaction, group, {
        processorId: mailProcessorId,
        kind: 'sendMail',
        key: keyOf(name, event),
        orderId: streamCategory(event.stream) === 'order' ? streamId(event.stream) : null,
        purposes: [{ purpose, fields }],
        letter: { name, stream: event.stream, revision: String(event.revision) },
      });
    }
  }
}

/** Whoever types somebody's address again and again has one letter a day written to them. */
const keyOf = (name: LetterName, { eventId, metadata }: RecordedEvent): string =>
  name === 'registrationRepeated'
    ? `${name}/${metadata.dataSubjectId}/${metadata.recordedAt.slice(0, 10)}`
    : `${name}/${eventId}`;
