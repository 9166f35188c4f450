import type { CustomerEvents, DataSubjectEvents, RightsRequestEvents } from '@dittoo/contracts';
import {
  asRecorded,
  EventStore,
  isErased,
  recordedAs,
  Sealer,
  streamName,
  type Decider,
  type Delivered,
  type DomainEvent,
} from '@dittoo/kernel';
import { causedBy, Commands, Handles } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';

const group = 'specs.identity';

/** Identity's reactions to the events of rights, and nothing else of it. */
@Controller()
export class IdentityInSpecs {
  constructor(
    private readonly commands: Commands,
    private readonly store: EventStore,
    private readonly sealer: Sealer,
  ) {}

  @Handles('ErasureRequested', { group, reacts: true })
  async erasureRequested(@Payload() event: Delivered<DataSubjectEvents, 'ErasureRequested'>): Promise<void> {
    await this.append(event, { type: 'AccountClosed', data: { requestId: event.data.requestId } });
  }

  @Handles('PersonnummerGroundEnded', { group, reacts: true })
  async groundEnded(@Payload() event: Delivered<DataSubjectEvents, 'PersonnummerGroundEnded'>): Promise<void> {
    await this.append(event, { type: 'PersonnummerRemoved', data: { reason: event.data.reason } });
  }

  @Handles('CorrectionDecided', { group, reacts: true })
  async corrected(@Payload() event: Delivered<RightsRequestEvents, 'CorrectionDecided'>): Promise<void> {
    type Correction = DomainEvent<'CorrectionDecided', RightsRequestEvents['CorrectionDecided']>;
    const [opened] = await this.sealer.open<Correction>([asRecorded(event)]);
    const changes = opened?.event.data.changes;
    if (changes === undefined || isErased(changes) || changes.familyName === undefined) return;
    const { familyName, givenName = 'unchanged' } = changes;
    await this.append(event, { type: 'NameRectified', data: { givenName, familyName } });
  }

  private async append(event: Parameters<typeof causedBy>[0], said: DomainEvent): Promise<void> {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null || !(await this.isCustomer(subjectId))) return;
    await this.commands.execute(saying(said), subjectId, null, causedBy(event, group));
  }

  private async isCustomer(subjectId: string): Promise<boolean> {
    for await (const recorded of this.store.readStream(streamName('customer', subjectId))) {
      if (recordedAs<CustomerEvents>(recorded).type === 'CustomerRegistered') return true;
    }
    return false;
  }
}

const saying = (event: DomainEvent): Decider<null, null, DomainEvent> => ({
  category: 'customer',
  initialState: null,
  decide: () => [event],
  evolve: () => null,
});
