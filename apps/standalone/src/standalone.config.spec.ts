import { describe, expect, it } from '@jest/globals';
import { readStandaloneConfig, withSandbox } from './standalone.config.js';

const mondido = {
  MONDIDO_URL: 'https://api.mondido.com/v1/',
  MONDIDO_MERCHANT_ID: '1',
  MONDIDO_PASSWORD: 'password',
  MONDIDO_SECRET: 'secret',
};
const processors = {
  ...mondido,
  PAYSON_URL: 'https://api.payson.se/2.0/',
  PAYSON_AGENT_ID: '1',
  PAYSON_API_KEY: 'key',
  MAIL_SMTP_URL: 'smtps://user:password@send.example.org',
  MAIL_IMAP_URL: 'imaps://user:password@imap.example.org',
};
const urls = { payson: 'http://127.0.0.1:1/', mondido: 'http://127.0.0.1:2/', smtp: 'smtp://a', imap: 'imap://a' };

describe('the configuration of the whole shop', () => {
  it('starts the sandbox unless every processor is set; set to nothing is not set', () => {
    expect(readStandaloneConfig({}).sandbox).not.toBeNull();
    expect(readStandaloneConfig({ ...processors, MAIL_SMTP_URL: '', MAIL_IMAP_URL: '' }).sandbox).not.toBeNull();
    expect(readStandaloneConfig(processors).sandbox).toBeNull();
  });

  it('names what is wrong in any service, at once, before anything is opened', () =>
    expect(() =>
      readStandaloneConfig({ PORT: 'http', ERASURE_COOLING_OFF: 'soon', STAFF_EMAIL: 'a@example.org' }),
    ).toThrow(/^3 settings are wrong\n {2}PORT .*\n {2}STAFF_PASSWORD .*\n {2}ERASURE_COOLING_OFF .*$/));

  it('for a process of its own is filled with the sandbox where a processor is not set', () => {
    const added = withSandbox(mondido, { payson: { agentId: 'sandbox', apiKey: 'key' } }, urls);
    expect(Object.keys(added).sort()).toEqual([
      'MAIL_IMAP_URL',
      'MAIL_SMTP_URL',
      'PAYSON_AGENT_ID',
      'PAYSON_API_KEY',
      'PAYSON_URL',
    ]);
    expect(
      readStandaloneConfig({
        ...mondido,
        ...added,
        MAIL_SMTP_URL: 'smtp://127.0.0.1',
        MAIL_IMAP_URL: 'imap://127.0.0.1',
      }).sandbox,
    ).toBeNull();
  });
});
