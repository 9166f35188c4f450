import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { printsSecrets, readEsdbAddress } from './esdb-address.js';

const directory = mkdtempSync(join(tmpdir(), 'dittoo-esdb-'));
const caFile = join(directory, 'ca.crt');
writeFileSync(caFile, 'not read here');
afterAll(() => rmSync(directory, { recursive: true }));

describe('EVENT_STORE_URL', () => {
  it('is read with the secret kept separately', () => {
    expect(readEsdbAddress(`esdb://shop:p%40ss%3Aword@es.example.org:2113?tls=true&tlsCAFile=${caFile}`)).toEqual({
      connection: `esdb://es.example.org:2113?tls=true&tlsCAFile=${caFile}`,
      hosts: 'es.example.org:2113',
      secure: true,
      credentials: { username: 'shop', password: 'p@ss:word' },
    });
  });

  it.each([
    ['esdb://127.0.0.1:2113?tls=false', { secure: false, credentials: null }],
    ['esdb://n1.example.org:2113,n2.example.org:2113?nodePreference=leader', { secure: true }],
    ['esdb+discover://cluster.example.org?keepAliveInterval=10000', { secure: true }],
    [' esdb://localhost/ ', { hosts: 'localhost', connection: 'esdb://localhost' }],
  ])('may be %s', (text, expected) => {
    expect(readEsdbAddress(text)).toMatchObject(expected);
  });

  it.each([
    ['http://shop:geheim@localhost:2113', 'must be esdb://'],
    ['esdb://shop:ge@heim@localhost', 'percent-encoded'],
    ['esdb://shop:geheim%zz@localhost', 'no percent-encoding'],
    ['esdb://shop:geheim@', 'must be esdb://'],
    ['esdb://shop:geheim@local host', 'host:port'],
    ['esdb://shop:geheim@localhost:2113?tls=geheim', 'tls in EVENT_STORE_URL must be true or false'],
    ['esdb://shop:geheim@localhost?geheim=1', 'an unknown option'],
    ['esdb://shop:geheim@localhost?tlsVerifyCert=false', 'tlsVerifyCert in EVENT_STORE_URL must be true'],
    ['esdb://shop:geheim@localhost?throwOnAppendFailure=false', 'an unknown option'],
    [
      'esdb://shop:geheim@localhost?tlsCAFile=/geheim/none.crt',
      'tlsCAFile in EVENT_STORE_URL names a file that is not',
    ],
    ['esdb://shop:geheim@localhost?keepAliveInterval=1', 'keepAliveInterval in EVENT_STORE_URL must be 10000'],
    ['esdb://shop:geheim@localhost?tls=false', 'has a password and tls=false'],
  ])('is refused as %s, without repeating its value', (text, reason) => {
    expect(() => readEsdbAddress(text)).toThrow(reason);
    try {
      readEsdbAddress(text);
    } catch (error) {
      expect(String(error)).not.toContain('heim');
    }
  });
});

describe('E12: DEBUG', () => {
  it.each(['esdb', 'esdb*', 'esdb:*', '*', 'other, esdb:connection', 'es*', 'esdb:command*'])('%s prints', (debug) => {
    expect(printsSecrets(debug)).toBe(true);
  });
  it.each([undefined, '', 'express:*', '-esdb*', 'knex'])('%s does not', (debug) => {
    expect(printsSecrets(debug)).toBe(false);
  });
});
