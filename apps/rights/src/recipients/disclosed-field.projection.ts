import type { ForwardingEvents } from '@dittoo/contracts';
import type { Delivered, EventContext } from '@dittoo/kernel';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import { DisclosedField } from './disclosed-field.entity.js';

/** The group that executes requests: a correction is told to everybody who had received the value before it. */
const group = 'rights.requests';

/** Lines of the disclosure ledger -> `rights.disclosed_field`. What was rejected has been seen all the same. */
@Controller()
export class DisclosedFieldProjection {
  @EventPattern<string>('DataDisclosed', { group })
  async disclosed(
    @Payload() event: Delivered<ForwardingEvents, 'DataDisclosed'>,
    @Ctx() { transaction }: EventContext<EntityManager>,
  ): Promise<void> {
    const { fields, processorId } = event.data;
    const subjectId = event.metadata.dataSubjectId!;
    const rows = fields.map((field) => ({ subjectId, processorId, field }));
    if (rows.length === 0) return;
    await transaction.createQueryBuilder().insert().into(DisclosedField).values(rows).orIgnore().execute();
  }
}
