import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A published version of the policy, kept for as long as a consent may refer to it. */
@Entity({ schema: 'consent', name: 'policy_version' })
export class PolicyVersion {
  @PrimaryColumn('text')
  version!: string;

  /** SHA-256 of the register it was generated from, hex. */
  @Column('text')
  digest!: string;

  /** Language -> policy document. */
  @Column('jsonb')
  documents!: Record<string, unknown>;

  @Column('timestamptz', { name: 'published_at' })
  publishedAt!: Date;
}
