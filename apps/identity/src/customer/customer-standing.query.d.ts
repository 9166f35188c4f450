import { Commands } from '@dittoo/service';
/** Is there such a customer? Read from the stream. */
export declare class CustomerStanding {
  private readonly commands;
  constructor(commands: Commands);
  /** Was there ever one? An erased one still has a history. */
  exists(subjectId: string): Promise<boolean>;
}
//# sourceMappingURL=customer-standing.query.d.ts.map
