import { Commands } from '@dittoo/service';
/** What signing in needs of a customer; `null` = nobody who may sign in. */
export declare class CustomerCredentials {
  private readonly commands;
  constructor(commands: Commands);
  /** @param email the address they used; an entry of the index that the stream does not confirm counts for nothing */
  passwordHash(subjectId: string, email?: string): Promise<string | null>;
}
//# sourceMappingURL=customer-credentials.query.d.ts.map
