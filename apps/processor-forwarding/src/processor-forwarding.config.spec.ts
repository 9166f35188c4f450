import { describe, expect, it } from '@jest/globals';
import { forwardingConfigOf, readForwardingConfig, readForwardingSettings } from './processor-forwarding.config.js';

const payson = { PAYSON_URL: 'https://api.payson.se/2.0/', PAYSON_AGENT_ID: '1', PAYSON_API_KEY: 'key' };
const sandbox = { payson: { url: 'http://127.0.0.1:8090/payson/2.0/', agentId: 'sandbox', apiKey: 'key' } };

describe('the configuration of forwarding', () => {
  it('is connected to nothing where nothing is set', () =>
    expect(readForwardingConfig({}, {})).toMatchObject({ payson: null, mondido: null, mail: null, egressProxy: null }));

  it('takes the processor that is set, else what the host hands in', () => {
    expect(readForwardingConfig(sandbox, payson).payson).toEqual({
      url: payson.PAYSON_URL,
      agentId: '1',
      apiKey: 'key',
    });
    expect(readForwardingConfig(sandbox, {}).payson).toEqual(sandbox.payson);
  });

  it('is careful with a processor, and not with a sandbox on loopback', () => {
    expect(readForwardingConfig({}, payson).rates['payson']).toEqual({ perSecond: 2, burst: 5 });
    expect(forwardingConfigOf(readForwardingSettings({}), sandbox).rates['payson']).toEqual({
      perSecond: 500,
      burst: 500,
      concurrency: 16,
    });
  });

  it.each([
    ['PAYSON_API_KEY', { ...payson, PAYSON_API_KEY: '' }],
    ['MONDIDO_MERCHANT_ID', { MONDIDO_URL: 'https://api.mondido.com/v1/', MONDIDO_PASSWORD: 'x', MONDIDO_SECRET: 'x' }],
    ['MAIL_IMAP_URL', { MAIL_SMTP_URL: 'smtp://127.0.0.1:2525' }],
    ['MAIL_SMTP_URL', { MAIL_IMAP_URL: 'imap://127.0.0.1:1143' }],
    ['MAIL_SMTP_URL', { MAIL_SMTP_URL: 'https://mail.example.org', MAIL_IMAP_URL: 'imap://127.0.0.1:1143' }],
    ['EGRESS_PROXY_ADDRESS', { EGRESS_PROXY_ADDRESS: 'proxy.example.org' }],
  ])('names %s where it is missing or wrong', (name, env) =>
    expect(() => readForwardingSettings(env)).toThrow(new RegExp(`^${name} must be `)),
  );

  it('of a process of its own needs every processor, and says so at once', () => {
    const missing = () => readForwardingSettings(payson, 'required');
    expect(missing).toThrow(/^6 settings are wrong\n/);
    for (const name of ['MONDIDO_URL', 'MONDIDO_SECRET', 'MAIL_SMTP_URL', 'MAIL_IMAP_URL']) {
      expect(missing).toThrow(`${name} must be set: the sandbox runs in standalone only`);
    }
  });
});
