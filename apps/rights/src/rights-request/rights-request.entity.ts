import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The list of requests; their contents are read from their streams. */
@Entity({ schema: 'rights', name: 'rights_request' })
export class RightsRequestRow {
  @PrimaryColumn('uuid', { name: 'request_id' })
  requestId!: string;

  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('text')
  kind!: string;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date;

  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  @Column('boolean')
  open!: boolean;
}
