import type { ServiceDefinition } from '@dittoo/platform';
import { type DynamicModule } from '@nestjs/common';
import { type IdentityConfig } from './identity.config.js';
export { FirstOfficer } from './staff/first-officer.js';
/** Who somebody is: a person registers, signs in, sees to their data; staff sign in; an officer finds a person. */
export declare class IdentityModule {
  static register(platform: DynamicModule, config?: IdentityConfig): DynamicModule;
}
/** Identity as a process runs it; specs hand in their configuration. */
export declare const identityServiceWith: (config?: IdentityConfig) => ServiceDefinition;
export declare const identityService: ServiceDefinition;
//# sourceMappingURL=identity.module.d.ts.map
