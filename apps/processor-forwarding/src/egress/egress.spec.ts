import { loadRegister } from '@dittoo/processor-register';
import { describe, expect, it } from '@jest/globals';
import { readForwardingConfig } from '../processor-forwarding.config.js';
import { isInside } from './addresses.js';
import { egressTo } from './http-egress.js';
import { mailEgressTo } from './mail-egress.js';

const register = loadRegister();
const to = (url: string) => () => egressTo(register, 'payson', url, 'PAYSON_URL').base.href;

describe('egress', () => {
  it('allows the hosts in the register by https, and loopback', () => {
    expect(to('https://api.payson.se/2.0')()).toBe('https://api.payson.se/2.0/');
    expect(to('https://test-api.payson.se/2.0/')()).toBe('https://test-api.payson.se/2.0/');
    expect(to('http://127.0.0.1:8090/payson/2.0/')()).toBe('http://127.0.0.1:8090/payson/2.0/');
    expect(to('http://[::1]:8090/')()).toBe('http://[::1]:8090/');
  });

  it.each([
    'http://api.payson.se/2.0/',
    'https://api.payson.se:8443/2.0/',
    'https://api.payson.se.example.org/2.0/',
    'https://10.0.0.1/2.0/',
    'https://api.mondido.com/v1/',
    'https://user:password@api.payson.se/2.0/',
    'ftp://127.0.0.1/',
    'nowhere',
  ])('does not lead to %s', (url) => {
    expect(to(url)).toThrow(/PAYSON_URL/);
    expect(to(url)).not.toThrow(/password@/);
  });

  it('uses the configured proxy, whatever a name resolves to, for the same hosts', () => {
    const through = (url: string) => egressTo(register, 'payson', url, 'PAYSON_URL', '10.96.0.200');
    const { base, lookup } = through('https://api.payson.se/2.0/');
    const seen: unknown[] = [];
    lookup(base.hostname, {}, (error, address, family) => seen.push([error, address, family]));
    lookup(base.hostname, { all: true }, (error, addresses) => seen.push([error, addresses]));
    expect(base.hostname).toBe('api.payson.se');
    expect(seen).toEqual([
      [null, '10.96.0.200', 4],
      [null, [{ address: '10.96.0.200', family: 4 }]],
    ]);
    expect(() => through('https://elsewhere.example.org/')).toThrow('PAYSON_URL');
    expect(() => readForwardingConfig({}, { EGRESS_PROXY_ADDRESS: 'proxy.example.org' })).toThrow(
      'EGRESS_PROXY_ADDRESS',
    );
    expect(readForwardingConfig({}, { EGRESS_PROXY_ADDRESS: '10.96.0.200' }).egressProxy).toBe('10.96.0.200');
    expect(readForwardingConfig({}, {}).egressProxy).toBeNull();
  });

  it('recognises private addresses', () => {
    for (const address of ['10.1.2.3', '172.20.0.1', '192.168.1.1', '169.254.169.254', '127.0.0.1', '100.64.0.1']) {
      expect(isInside(address)).toBe(true);
    }
    for (const address of ['::1', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1']) expect(isInside(address)).toBe(true);
    for (const address of ['192.0.2.1', '2001:db8::1', '8.8.8.8']) expect(isInside(address)).toBe(false);
  });
});

describe('egress for mail', () => {
  const smtp = (url: string) => mailEgressTo(register, 'oneMail', url, 'MAIL_SMTP_URL', 'smtp');
  const imap = (url: string) => mailEgressTo(register, 'oneMail', url, 'MAIL_IMAP_URL', 'imap');

  it('allows the hosts in the register, with implicit TLS or STARTTLS, and loopback', () => {
    expect(smtp('smtps://a%40example.org:p%2Fw@send.one.com')).toMatchObject({
      host: 'send.one.com',
      port: 465,
      security: 'tls',
      user: 'a@example.org',
      password: 'p/w',
    });
    expect(smtp('smtp://a:b@send.one.com')).toMatchObject({ port: 587, security: 'startTls' });
    expect(imap('imaps://a:b@imap.one.com')).toMatchObject({ port: 993, security: 'tls' });
    expect(smtp('smtp://a:b@127.0.0.1:2525')).toMatchObject({ port: 2525, security: 'none' });
    expect(smtp('smtps://a:b@[::1]:2525')).toMatchObject({ host: '::1', security: 'tls' });
  });

  it.each([
    'smtps://a:b@mail.example.org',
    'smtps://a:b@imap.one.com',
    'smtps://a:b@send.one.com:25',
    'smtp://a:b@10.0.0.1:2525',
    'https://a:b@send.one.com',
    'imaps://a:b@send.one.com',
    'smtps://send.one.com',
    'smtps://a@send.one.com',
    'not a url',
  ])('and nowhere else: %s', (url) => {
    expect(() => smtp(url)).toThrow('MAIL_SMTP_URL');
  });

  it('reports the error without the password', () => {
    expect(() => smtp('smtps://user:s3cret@mail.example.org')).toThrow(/^(?!.*s3cret)(?!.*user:)/);
  });
});
