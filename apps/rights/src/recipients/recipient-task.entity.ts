import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A recipient that did not confirm through its interface, or has none: an officer must contact it. */
@Entity({ schema: 'rights', name: 'recipient_task' })
export class RecipientTask {
  @PrimaryColumn('uuid', { name: 'request_id' })
  requestId!: string;

  @PrimaryColumn('text', { name: 'processor_id' })
  processorId!: string;

  @Column('text')
  state!: 'failed' | 'notSupported';

  @Column('text')
  reason!: string;

  @Column('timestamptz')
  since!: Date;
}
