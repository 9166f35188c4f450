import type { DataSubjectEvents } from '@dittoo/contracts';
import type { Delivered } from '@dittoo/kernel';
import { Sessions } from './sessions.js';
/** The erasure of a person begins -> nobody is signed in as them any more. Repeating it changes nothing. */
export declare class SessionReactor {
  private readonly sessions;
  constructor(sessions: Sessions);
  erasureRequested(event: Delivered<DataSubjectEvents, 'ErasureRequested'>): Promise<void>;
}
//# sourceMappingURL=session.reactor.d.ts.map
