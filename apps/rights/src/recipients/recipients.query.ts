import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DisclosedField } from './disclosed-field.entity.js';

/** A processor, and the personal fields it received of somebody, by the register's names. */
export interface Recipient {
  readonly processorId: string;
  readonly fields: readonly string[];
}

/** Who actually received something of a person (art. 19), from the disclosure ledger. */
@Injectable()
export class Recipients {
  constructor(
    private readonly rows: DataSource,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  /**
   * @param fields only who received one of these; absent = anything personal
   * @param transaction a handler's, to see what it has taken in just before
   */
  async of(
    subjectId: string,
    fields?: readonly string[],
    transaction: EntityManager = this.rows.manager,
  ): Promise<Recipient[]> {
    const found = await transaction.find(DisclosedField, {
      where: { subjectId },
      order: { processorId: 'ASC', field: 'ASC' },
    });
    const byProcessor = new Map<string, string[]>();
    for (const { processorId, field } of found) {
      if (!Object.hasOwn(this.register.fields, field) || fields?.includes(field) === false) continue;
      byProcessor.set(processorId, [...(byProcessor.get(processorId) ?? []), field]);
    }
    return [...byProcessor].map(([processorId, received]) => ({ processorId, fields: received }));
  }
}
