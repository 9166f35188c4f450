import { attentionKinds, attentionSchema, type AttentionAbout, type AttentionKind } from '@dittoo/contracts';
import { streamId, type Delivered, type EventTypes } from '@dittoo/kernel';
import { AttentionItems } from '@dittoo/platform';
import { causedBy, Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { attentionSources, type ByEvents, type ByWatch, type EventName } from './attention-sources.js';

const group = 'audit.attention';
const actor = 'audit.attention';

const namesIn = (rules: object): EventName[] => Object.keys(rules) as EventName[];

const eventsOf = (source: ByEvents<object> | ByWatch): EventName[] =>
  'watchedBy' in source
    ? []
    : [...namesIn(source.opens), ...(source.closes === 'byHand' ? [] : namesIn(source.closes))];

/** What opens or closes an item. */
const telling = attentionKinds.flatMap((kind) => eventsOf(attentionSources[kind]));
const ofItems = namesIn(attentionSchema);

type Told<Type extends EventName = EventName> = Delivered<EventTypes, Type>;

/**
 * Events of the shop -> attention items, by the one table `attention-sources.ts`; and the events of the items -> their
 * rows, where the process that opened or closed one died before it wrote its row.
 *
 * Dies in between: the event is handled again, and its item, opened by the same cause, stays as it is.
 */
@Controller()
export class AttentionReactor {
  constructor(private readonly items: AttentionItems) {}

  @Handles([...new Set([...telling, ...ofItems])], { group, reacts: true })
  async told(@Payload() event: Told): Promise<void> {
    if (ofItems.includes(event.type)) return this.items.follow(streamId(event.stream));
    for (const kind of attentionKinds) await this.apply(kind, event.type, event);
  }

  private async apply<Kind extends AttentionKind, Type extends EventName>(
    kind: Kind,
    type: Type,
    event: Told<Type>,
  ): Promise<void> {
    const source: ByEvents<AttentionAbout[Kind]> | ByWatch = attentionSources[kind];
    if ('watchedBy' in source) return;
    const closed = source.closes === 'byHand' ? null : (source.closes[type]?.(event) ?? null);
    if (closed !== null) await this.items.close(kind, closed, causedBy(event, actor));
    const fact = source.opens[type]?.(event) ?? null;
    if (fact !== null) await this.items.open(kind, source.where, fact, causedBy(event, actor));
  }
}
