import { AuditModule, auditService } from '@dittoo/audit';
import { ConsentModule, consentService } from '@dittoo/consent';
import { EngagementModule, engagementService } from '@dittoo/engagement';
import { GatewayModule, gatewayService } from '@dittoo/gateway';
import { IdentityModule, identityService } from '@dittoo/identity';
import { OrderModule, orderService } from '@dittoo/order';
import type { ServiceDefinition, ServiceName } from '@dittoo/platform';
import { ProcessorForwardingModule, processorForwardingService } from '@dittoo/processor-forwarding';
import { RelayModule, relayService } from '@dittoo/relay';
import { RightsModule, rightsService } from '@dittoo/rights';
import { Module, type DynamicModule } from '@nestjs/common';

/** Every service in one process, in the order the data flows. */
@Module({})
export class StandaloneModule {
  static register(platform: DynamicModule): DynamicModule {
    return {
      module: StandaloneModule,
      imports: [
        GatewayModule.register(platform),
        IdentityModule.register(platform),
        RightsModule.register(platform),
        ConsentModule.register(platform),
        OrderModule.register(platform),
        EngagementModule.register(platform),
        AuditModule.register(platform),
        RelayModule.register(platform),
        ProcessorForwardingModule.register(platform),
      ],
    };
  }
}

/** Every service by its process name. */
export const services = {
  gateway: gatewayService,
  identity: identityService,
  rights: rightsService,
  consent: consentService,
  order: orderService,
  engagement: engagementService,
  audit: auditService,
  relay: relayService,
  'processor-forwarding': processorForwardingService,
} satisfies Partial<Record<ServiceName, ServiceDefinition>>;

const all: readonly ServiceDefinition[] = Object.values(services);

/** The whole shop as one process. */
export const standaloneService: ServiceDefinition = {
  schemas: all.flatMap(({ schemas }) => schemas),
  module: (platform) => StandaloneModule.register(platform),
  prepare: async (app, platform) => {
    for (const service of all) await service.prepare?.(app, platform);
  },
};
