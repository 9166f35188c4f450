import { auditServiceWith, readAuditConfig, type AuditConfig } from '@dittoo/audit';
import { consentService } from '@dittoo/consent';
import { engagementService } from '@dittoo/engagement';
import { gatewayService } from '@dittoo/gateway';
import { identityServiceWith, readIdentityConfig, type IdentityConfig } from '@dittoo/identity';
import { orderService } from '@dittoo/order';
import type { ServiceDefinition, ServiceName } from '@dittoo/platform';
import {
  forwardingConfigOf,
  processorForwardingServiceWith,
  readForwardingSettings,
  type ForwardingConfig,
} from '@dittoo/processor-forwarding';
import { relayService } from '@dittoo/relay';
import { readRightsConfig, rightsServiceWith, type RightsConfig } from '@dittoo/rights';
import { Module, type DynamicModule } from '@nestjs/common';

/** What services have of their own, besides what every process is told. */
export interface ServiceConfigs {
  readonly identity: IdentityConfig;
  readonly rights: RightsConfig;
  readonly audit: AuditConfig;
  readonly forwarding: ForwardingConfig;
}

/** Every service in one process. */
@Module({})
export class StandaloneModule {
  static register(platform: DynamicModule, services: readonly ServiceDefinition[]): DynamicModule {
    return { module: StandaloneModule, imports: services.map((service) => service.module(platform)) };
  }
}

/** Every service by the name it has as a process of its own, in the order the data flows. */
export const servicesWith = (configs: ServiceConfigs) =>
  ({
    gateway: gatewayService,
    identity: identityServiceWith(configs.identity),
    rights: rightsServiceWith(configs.rights),
    consent: consentService,
    order: orderService,
    engagement: engagementService,
    audit: auditServiceWith(configs.audit),
    relay: relayService,
    'processor-forwarding': processorForwardingServiceWith(configs.forwarding),
  }) satisfies Record<ServiceName, ServiceDefinition>;

/**
 * The whole shop as one process runs it. This file knows no sandbox: the image that migrates has none.
 */
export const standaloneServiceWith = (configs: ServiceConfigs): ServiceDefinition => {
  const services = Object.values<ServiceDefinition>(servicesWith(configs));
  return {
    schemas: services.flatMap(({ schemas }) => schemas),
    publishes: true,
    module: (platform) => StandaloneModule.register(platform, services),
    prepare: async (app, platform) => {
      for (const service of services) await service.prepare?.(app, platform);
    },
  };
};

/** What every service is told where nothing is set. */
export const defaultConfigs: ServiceConfigs = {
  identity: readIdentityConfig({}),
  rights: readRightsConfig({}),
  audit: readAuditConfig({}),
  forwarding: forwardingConfigOf(readForwardingSettings({})),
};

/** Every table of the shop; no setting changes them. */
export const standaloneSchemas = standaloneServiceWith(defaultConfigs).schemas;
