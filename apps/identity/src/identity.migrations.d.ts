import type { MigrationInterface, QueryRunner } from 'typeorm';
declare class CreateIdentity1763800001500 implements MigrationInterface {
  readonly name = 'CreateIdentity1763800001500';
  up(runner: QueryRunner): Promise<void>;
  down(runner: QueryRunner): Promise<void>;
}
export declare const identitySchema: {
  schema: string;
  migrations: (typeof CreateIdentity1763800001500)[];
  wrappedKeys: import('@dittoo/personal-data').WrappedKeys[];
};
export {};
//# sourceMappingURL=identity.migrations.d.ts.map
