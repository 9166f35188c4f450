import { Entity, PrimaryColumn } from 'typeorm';

/** People of whom another service holds something without their having an account. */
@Entity({ schema: 'rights', name: 'known_contact' })
export class KnownContact {
  @PrimaryColumn('uuid', { name: 'subject_id' })
  subjectId!: string;
}
