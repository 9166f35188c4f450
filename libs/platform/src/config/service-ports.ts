/** The default port of each process; the gateway and the distributed shop use the same table. */
export const servicePorts = {
  gateway: 8080,
  identity: 8081,
  rights: 8082,
  consent: 8083,
  order: 8084,
  engagement: 8085,
  'processor-forwarding': 8086,
  audit: 8087,
  relay: 8088,
} as const;

export type ServiceName = keyof typeof servicePorts;

/** Programs that run services: one each, or all of them. */
export const serviceProcesses = Object.keys(servicePorts);
export const shopPrograms = [...serviceProcesses, 'standalone'];

export const loopbackUrl = (service: ServiceName): string => `http://127.0.0.1:${servicePorts[service]}`;
