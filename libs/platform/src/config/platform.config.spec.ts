/* Promised: a process starts on a configuration it understands, or says which variable is wrong and what it should be. */
import { describe, expect, it } from '@jest/globals';
import { readPlatformConfig } from './platform.config.js';
import { atPorts, pathPrefixOf } from './public-address.js';

const read = (env: Record<string, string>) => readPlatformConfig(env, 'spec');
const postgres = { DATABASE_URL: 'postgres://127.0.0.1/shop', KEY_ENCRYPTION_KEY_FILE: '/keys/kek.json' };

describe('an empty environment', () => {
  it('is the embedded default', () =>
    expect(read({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://127.0.0.1:8080',
      databaseUrl: null,
      generateKeyFile: true,
      registerFile: null,
      fiscalYearEnd: null,
      jwksUrl: 'http://127.0.0.1:8080/.well-known/jwks.json',
      clockOffsetMs: 0,
    }));

  it('keeps everything in one directory', () => {
    const { dataDir, keyEncryptionKeyFile } = read({ DATA_DIR: '/srv/shop' });
    expect(dataDir).toBe('/srv/shop');
    expect(keyEncryptionKeyFile.startsWith('/srv/shop/')).toBe(true);
  });

  it('is equal to empty variables', () =>
    expect(read({ PORT: '', PUBLIC_URL: '', DATABASE_URL: '' })).toMatchObject({ port: 8080, databaseUrl: null }));
});

describe('a set variable', () => {
  it('is used', () =>
    expect(
      read({
        ...postgres,
        PORT: '0',
        HOST: '0.0.0.0',
        PUBLIC_URL: 'https://shop.example.org//',
        CLOCK_OFFSET: '-P1DT2H',
        REQUESTS_PER_MINUTE: '7',
        KEY_RING_DATABASE_URL: 'postgresql://127.0.0.1/keys',
      }),
    ).toMatchObject({
      port: 0,
      publicUrl: 'https://shop.example.org',
      clockOffsetMs: -26 * 3_600_000,
      requestsPerMinute: 7,
      keyRingUrl: 'postgresql://127.0.0.1/keys',
      generateKeyFile: false,
      keyEncryptionKeyFile: '/keys/kek.json',
    }));
});

describe('the addresses that follow from where it listens', () => {
  it.each([
    ['::1', 'http://[::1]:8080'],
    ['::', 'http://[::1]:8080'],
    ['0:0:0:0:0:0:0:0', 'http://[::1]:8080'],
    ['0.0.0.0', 'http://127.0.0.1:8080'],
    ['192.0.2.7', 'http://192.0.2.7:8080'],
    ['shop.example.org', 'http://shop.example.org:8080'],
  ])('HOST=%s can be gone to', (HOST, url) =>
    expect(read({ HOST })).toMatchObject({ host: HOST, publicUrl: url, jwksUrl: `${url}/.well-known/jwks.json` }),
  );

  it('have the assigned port, where PORT is 0', () => {
    const given = { port: 49_152, metricsPort: 49_153 };
    expect(atPorts(read({ PORT: '0', METRICS_PORT: '0' }), given)).toMatchObject({
      ...given,
      publicUrl: 'http://127.0.0.1:49152',
      jwksUrl: 'http://127.0.0.1:49152/.well-known/jwks.json',
    });
    const set = { PUBLIC_URL: 'https://shop.example.org', JWKS_URL: 'https://keys.example.org/jwks.json' };
    expect(atPorts(read({ ...set, PORT: '0' }), given)).toMatchObject({
      publicUrl: set.PUBLIC_URL,
      jwksUrl: set.JWKS_URL,
    });
  });

  it('keep the path prefix of PUBLIC_URL', () => {
    expect(read({ PUBLIC_URL: 'https://example.org/dittoo/' }).publicUrl).toBe('https://example.org/dittoo');
    expect(pathPrefixOf('https://example.org/dittoo')).toBe('/dittoo');
    expect(pathPrefixOf('https://example.org')).toBe('');
  });
});

describe('EventStoreDB', () => {
  it('is off by default', () => expect(read({ EVENT_STORE_URL: '' }).eventStore).toBeNull());

  it('is chosen by its address, with the secret kept separately', () =>
    expect(read({ EVENT_STORE_URL: 'esdb://shop:secret@es.example.org:2113', DEBUG: 'esdb*' }).eventStore).toEqual({
      connection: 'esdb://es.example.org:2113',
      hosts: 'es.example.org:2113',
      secure: true,
      credentials: { username: 'shop', password: 'secret' },
    }));
});

describe('Kafka', () => {
  it('is off by default', () => expect(read({ KAFKA_BROKERS: '' }).kafka).toBeNull());

  it('is chosen by its brokers', () =>
    expect(read({ KAFKA_BROKERS: 'a.example.org:9092, b.example.org:9093' }).kafka).toEqual({
      brokers: ['a.example.org:9092', 'b.example.org:9093'],
      credentials: null,
      caFile: null,
      topicPrefix: 'dittoo.',
      sessionTimeoutMs: 30_000,
    }));

  it('gets credentials and a CA', () =>
    expect(
      read({ KAFKA_BROKERS: '[::1]:9092', KAFKA_USERNAME: 'shop', KAFKA_PASSWORD: 'x', KAFKA_CA_FILE: '/ca.pem' })
        .kafka,
    ).toMatchObject({ credentials: { username: 'shop', password: 'x' }, caFile: '/ca.pem' }));
});

describe('a wrong variable is named', () => {
  it.each<[string, Record<string, string>]>([
    ['PORT', { PORT: 'http' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['PORT', { PORT: '80.5' }],
    ['PORT', { PORT: '1e4' }],
    ['PORT', { PORT: '0x50' }],
    ['PORT', { PORT: ' 80' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://shop.example.org/?from=mail' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://shop:secret@shop.example.org' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://shop.example.org/api' }],
    ['PUBLIC_URL', { HOST: 'fe80::1%eth0' }],
    ['REQUESTS_PER_MINUTE', { REQUESTS_PER_MINUTE: '0' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'shop.example.org' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'ftp://shop.example.org' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://127.0.0.1/shop' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres:' + '//[' }],
    ['KEY_RING_DATABASE_URL', { ...postgres, KEY_RING_DATABASE_URL: 'keys' }],
    ['KEY_ENCRYPTION_KEY_FILE', { DATABASE_URL: postgres.DATABASE_URL }],
    ['KEY_ENCRYPTION_KEY_FILE', { ...postgres, KEY_ENCRYPTION_KEY_FILE: '' }],
    ['JWKS_URL', { JWKS_URL: 'identity' }],
    ['CLOCK_OFFSET', { CLOCK_OFFSET: '1 day' }],
    ['CLOCK_OFFSET', { CLOCK_OFFSET: 'P1D', NODE_ENV: 'production' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['EVENT_STORE_URL', { EVENT_STORE_URL: 'http://127.0.0.1:2113' }],
    ['EVENT_STORE_URL', { EVENT_STORE_URL: 'esdb://shop:secret@127.0.0.1?tls=false' }],
    ['DEBUG', { EVENT_STORE_URL: 'esdb://127.0.0.1', DEBUG: 'esdb*', NODE_ENV: 'production' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'kafka://127.0.0.1' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: '127.0.0.1:9092,' }],
    ['KAFKA_PASSWORD', { KAFKA_BROKERS: '127.0.0.1:9092', KAFKA_USERNAME: 'shop' }],
    ['KAFKA_TOPIC_PREFIX', { KAFKA_BROKERS: '127.0.0.1:9092', KAFKA_TOPIC_PREFIX: 'the shop' }],
  ])('%s in %j', (name, env) => expect(() => read(env)).toThrow(name));

  it('all at once', () =>
    expect(() => read({ PORT: 'http', LOG_LEVEL: 'loud', KAFKA_BROKERS: 'kafka://127.0.0.1' })).toThrow(
      /^3 settings are wrong\n {2}PORT must .*\n {2}LOG_LEVEL must .*\n {2}KAFKA_BROKERS must .*$/,
    ));

  it('without repeating a password', () => {
    expect(() => read({ DATABASE_URL: 'mysql://shop:hunter2@127.0.0.1/shop' })).toThrow(
      expect.not.stringContaining('hunter2') as never,
    );
  });
});
