import { Entity, PrimaryColumn } from 'typeorm';

/** Which processor received which field of whom; names of fields, no values. */
@Entity({ schema: 'rights', name: 'disclosed_field' })
export class DisclosedField {
  @PrimaryColumn('uuid', { name: 'subject_id' })
  subjectId!: string;

  @PrimaryColumn('text', { name: 'processor_id' })
  processorId!: string;

  @PrimaryColumn('text')
  field!: string;
}
