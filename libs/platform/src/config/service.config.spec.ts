/*
 * Promised: a separate service starts only where it can work and is not open to every caller, or names what is missing.
 */
import { describe, expect, it } from '@jest/globals';
import { servicePorts } from './service-ports.js';
import { readServiceConfig } from './service.config.js';

const shared = {
  DATABASE_URL: 'postgres://127.0.0.1/shop',
  KEY_ENCRYPTION_KEY_FILE: '/keys/kek.json',
  KAFKA_BROKERS: '127.0.0.1:9092',
};
const read = (env: Record<string, string> = {}, service: keyof typeof servicePorts = 'order') =>
  readServiceConfig({ ...shared, ...env }, service);

describe('a service with only the shared variables', () => {
  it('has a port of its own, the gateway’s address in its links, and identity’s keys', () =>
    expect(read()).toMatchObject({
      host: '127.0.0.1',
      port: 8084,
      publicUrl: 'http://127.0.0.1:8080',
      jwksUrl: 'http://127.0.0.1:8081/.well-known/jwks.json',
      metricsPort: null,
      distributed: { verificationKeyFile: null, tls: null },
    }));

  it('has a default port of its own', () =>
    expect(new Set(Object.values(servicePorts)).size).toBe(Object.keys(servicePorts).length));
});

describe('the key file', () => {
  const without = { ...shared, KEY_ENCRYPTION_KEY_FILE: '' };

  it('must be named for every service but the relay, which opens no personal data', () => {
    for (const service of Object.keys(servicePorts) as (keyof typeof servicePorts)[]) {
      const reading = () => readServiceConfig(without, service);
      if (service === 'relay') expect(reading).not.toThrow();
      else expect(reading).toThrow('KEY_ENCRYPTION_KEY_FILE must name the key file');
    }
  });
});

describe('a set variable', () => {
  it('is used', () =>
    expect(
      read({
        HOST: '0.0.0.0',
        PORT: '80',
        PUBLIC_URL: 'https://shop.example.org',
        IDENTITY_URL: 'http://identity:8081',
        SERVICE_VERIFICATION_KEY_FILE: '/keys/gateway.pem',
        TLS_CERT_FILE: '/tls/crt',
        TLS_KEY_FILE: '/tls/key',
        TLS_CLIENT_CA_FILE: '/tls/ca',
        METRICS_PORT: '9100',
        TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      }),
    ).toMatchObject({
      port: 80,
      publicUrl: 'https://shop.example.org',
      jwksUrl: 'http://identity:8081/.well-known/jwks.json',
      metricsPort: 9100,
      trustedProxies: ['10.0.0.0/8', '::1'],
      distributed: {
        verificationKeyFile: '/keys/gateway.pem',
        tls: { certFile: '/tls/crt', keyFile: '/tls/key', clientCaFile: '/tls/ca' },
      },
    }));

  it('divides the connections, and leaves enough for every part', () => {
    const given = (all: number) => Object.values(read({ DATABASE_CONNECTIONS: String(all) }).connections);
    const sumOf = (parts: number[]) => parts.reduce((sum, each) => sum + each, 0);
    // Of the connections for rows two listen all the time: rights for due tasks, forwarding for lanes.
    expect(read({ DATABASE_CONNECTIONS: '15' }).connections).toEqual({
      eventStore: 4,
      rows: 4,
      keyRing: 2,
      typeorm: 5,
    });
    for (let all = 15; all <= 60; all++) expect(sumOf(given(all))).toBeLessThanOrEqual(all);
    expect(sumOf(given(42))).toBe(42);
    expect(() => read({ DATABASE_CONNECTIONS: '14' })).toThrow('DATABASE_CONNECTIONS');
  });
});

describe('a wrong variable is named', () => {
  it.each<[string, Record<string, string>]>([
    ['DATABASE_URL', { DATABASE_URL: '' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: '' }],
    ['SERVICE_VERIFICATION_KEY_FILE', { HOST: '0.0.0.0' }],
    ['SERVICE_VERIFICATION_KEY_FILE', { HOST: 'order.shop.svc' }],
    ['TLS_CERT_FILE', { TLS_KEY_FILE: '/tls/key' }],
    ['TLS_CERT_FILE', { TLS_CLIENT_CA_FILE: '/tls/ca' }],
    ['UPSTREAM_CERT_FILE', { UPSTREAM_KEY_FILE: '/tls/key' }],
    ['METRICS_PORT', { METRICS_PORT: 'nine' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'everybody' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/64' }],
    ['DATABASE_CONNECTIONS', { DATABASE_CONNECTIONS: '3' }],
    ['KAFKA_SESSION_TIMEOUT', { KAFKA_SESSION_TIMEOUT: 'PT1S' }],
  ])('%s in %j', (name, env) => expect(() => read(env)).toThrow(name));

  it('all at once, if each variable is valid by itself', () =>
    expect(() => read({ DATABASE_URL: '', KAFKA_BROKERS: '', HOST: '0.0.0.0' })).toThrow(
      /^3 settings are wrong\n {2}DATABASE_URL .*\n {2}KAFKA_BROKERS .*\n {2}SERVICE_VERIFICATION_KEY_FILE .*$/,
    ));

  it('the gateway is public, and requires no certificate', () => {
    expect(read({ HOST: '0.0.0.0' }, 'gateway').port).toBe(8080);
    const tls = { TLS_CERT_FILE: '/tls/crt', TLS_KEY_FILE: '/tls/key' };
    expect(() => read({ ...tls, TLS_CLIENT_CA_FILE: '/tls/ca' }, 'gateway')).toThrow('TLS_CLIENT_CA_FILE');
  });
});
