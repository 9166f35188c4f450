import { newId } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startConsent, type Answer, type ConsentUnderTest } from '../consent.fixture.js';

const path = '/api/v1/me/consents';
const later = '2099-01-01';
let consent: ConsentUnderTest;
let noticeVersion: string;

beforeAll(async () => {
  consent = await startConsent();
  noticeVersion = consent.noticeVersion;
  // A next version of the policy, as another register would have published it.
  await consent.service.platform.pool.query(
    `INSERT INTO consent.policy_version SELECT $1, 'another', documents, published_at FROM consent.policy_version`,
    [later],
  );
});
afterAll(() => consent.close());

const put = (subjectId: string, purpose: string, body: object): Promise<Answer> =>
  consent.call('PUT', `${path}/${purpose}`, { as: subjectId, body });
const list = async (subjectId: string) => {
  const { body, status } = await consent.call('GET', path, { as: subjectId });
  expect(status).toBe(200);
  return body.items as { purpose: string; status: string; recordId: string | null; changedAt: string | null }[];
};
const statuses = async (subjectId: string): Promise<string[]> => (await list(subjectId)).map(({ status }) => status);

describe('PUT /me/consents/{purpose}', () => {
  it('gives and withdraws by the same call, and the list shows it at once', async () => {
    const subjectId = newId();
    const given = await put(subjectId, 'newsletter', { given: true, noticeVersion });
    expect(given.status).toBe(200);
    expect(given.body).toMatchObject({ purpose: 'newsletter', status: 'given', noticeVersion });
    expect((await list(subjectId)).find(({ purpose }) => purpose === 'newsletter')?.status).toBe('given');

    const withdrawn = await put(subjectId, 'newsletter', { given: false, noticeVersion });
    expect(withdrawn.body).toMatchObject({ status: 'withdrawn', recordId: given.body.recordId });
    expect(await statuses(subjectId)).toEqual(['withdrawn', 'notAsked', 'notAsked', 'notAsked']);
  });

  it.each(['newsletter', 'marketing', 'adMeasurement', 'personnummer'])(
    'takes as many calls to withdraw %s as to give it',
    async (purpose) => {
      const subjectId = newId();
      const index = ['newsletter', 'marketing', 'adMeasurement', 'personnummer'].indexOf(purpose);
      const callsUntil = async (given: boolean, wanted: string): Promise<number> => {
        for (let calls = 1; calls < 10; calls++) {
          await put(subjectId, purpose, { given, noticeVersion });
          if ((await statuses(subjectId))[index] === wanted) return calls;
        }
        throw new Error(`never ${wanted}`);
      };
      const giving = await callsUntil(true, 'given');
      expect(await callsUntil(false, 'withdrawn')).toBe(giving);
      expect(giving).toBe(1);
    },
  );

  it('records a yes to another version of the policy as a reconfirmation', async () => {
    const subjectId = newId();
    await put(subjectId, 'marketing', { given: true, noticeVersion });
    const again = await put(subjectId, 'marketing', { given: true, noticeVersion: later });
    expect(again.body).toMatchObject({ status: 'reconfirmed', noticeVersion: later });
  });

  it('records the language the customer reads in', async () => {
    const subjectId = await consent.customer('reader@example.org');
    await put(subjectId, 'newsletter', { given: true, noticeVersion });
    expect((await consent.history('consent', subjectId))[0]!.event.data).toMatchObject({ language: 'en' });
  });

  it('does not let one person change the choices of another', async () => {
    const [anna, bo] = [newId(), newId()];
    await put(anna, 'marketing', { given: true, noticeVersion });
    expect(new Set(await statuses(bo))).toEqual(new Set(['notAsked']));
  });

  it.each([
    ['a purpose nobody asks consent for', 'bookkeeping', { given: true, noticeVersion: '1' }, 400, 'invalid-field'],
    ['soft opt-in, which is no consent', 'similarGoods', { given: true, noticeVersion: '1' }, 400, 'invalid-field'],
    ['a word for a yes', 'newsletter', { given: 'yes', noticeVersion: '1' }, 400, 'invalid-field'],
    ['a field nobody knows', 'newsletter', { given: true, noticeVersion: '1', at: '2020' }, 400, 'unknown-field'],
    [
      'a policy nobody published',
      'newsletter',
      { given: true, noticeVersion: '1999-01-01' },
      400,
      'unknown-notice-version',
    ],
    ['a NUL', 'newsletter', { given: true, noticeVersion: '\u0000' }, 400, 'invalid-characters'],
  ])('refuses %s', async (_, purpose, body, status, code) => {
    const answer = await put(newId(), purpose, body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.code).toBe(code);
  });

  it('is for customers who are signed in', async () => {
    const body = { given: true, noticeVersion };
    for (const [method, route, more] of [
      ['GET', path, {}],
      ['PUT', `${path}/newsletter`, { body }],
    ] as const) {
      expect((await consent.call(method, route, more)).status).toBe(401);
      const nonsense = { headers: { authorization: 'Bearer nonsense' } };
      expect((await consent.call(method, route, { ...more, ...nonsense })).status).toBe(401);
      for (const as of ['staff', 'complianceOfficer']) {
        expect((await consent.call(method, route, { ...more, as })).status).toBe(403);
      }
    }
  });
});

describe('a consent that holds for thirty days', () => {
  const long = '2020-01-01T00:00:00.000Z';
  const givenLongAgo = (subjectId: string): Promise<void> =>
    consent.append(
      subjectId,
      {
        type: 'ConsentGiven',
        data: {
          recordId: newId(),
          purpose: 'adMeasurement',
          noticeVersion,
          noticeDigest: 'a1',
          language: 'sv',
          method: 'myAccount',
        },
      },
      { at: long },
    );

  it('expires after thirty days, and the expiry is recorded', async () => {
    const subjectId = newId();
    await givenLongAgo(subjectId);
    expect((await list(subjectId))[2]).toMatchObject({ status: 'expired', validUntil: '2020-01-31T00:00:00.000Z' });
    const last = await until(async () => {
      const event = (await consent.history('consent', subjectId)).at(-1);
      return event?.event.type === 'ConsentExpired' && event;
    });
    expect(last.event.data).toMatchObject({ purpose: 'adMeasurement', validUntil: '2020-01-31T00:00:00.000Z' });
  });

  it('starts again on the day it is given again, and other consents stay in force', async () => {
    const subjectId = newId();
    await givenLongAgo(subjectId);
    const again = await put(subjectId, 'adMeasurement', { given: true, noticeVersion });
    expect(again.body.status).toBe('given');
    expect(Date.parse(again.body.validUntil)).toBeGreaterThan(Date.parse(consent.service.platform.clock.now()));
    const types = (await consent.history('consent', subjectId)).map(({ event }) => event.type);
    expect(types).toEqual(['ConsentGiven', 'ConsentExpired', 'ConsentGiven']);
    expect((await put(subjectId, 'newsletter', { given: true, noticeVersion })).body.validUntil).toBeNull();
  });
});

describe('the registration form', () => {
  const form = (choices: readonly { readonly purpose: string; readonly given: boolean }[]) => ({
    ...{ givenName: 'Anna', familyName: 'Exempelsson', email: 'anna.form@example.org', phone: null, address: null },
    ...{ passwordHash: 'a hash', locale: 'sv', personnummer: null, personnummerGround: null, choices },
    ...{ noticeVersion, noticeDigest: consent.service.platform.register.digest, token: 't', code: '012345' },
    expiresAt: '2099-01-01T00:00:00.000Z',
  });
  const ticked = [
    { purpose: 'newsletter', given: true },
    { purpose: 'marketing', given: true },
    { purpose: 'adMeasurement', given: false },
  ];

  it('only asks for what it ticks until the address is confirmed: requested permits nothing', async () => {
    const subjectId = newId();
    await consent.append(subjectId, { type: 'RegistrationReceived', data: form(ticked) });
    await until(async () => (await statuses(subjectId)).includes('requested'));
    expect(await statuses(subjectId)).toEqual(['requested', 'requested', 'notAsked', 'notAsked']);
    const { noticeDigest } = form(ticked);
    const collected = { choices: ticked, noticeVersion, noticeDigest, language: 'sv' };
    await consent.append(subjectId, { type: 'ConsentChoicesCollected', data: collected });
    await until(async () => (await statuses(subjectId)).includes('given'));
    expect(await statuses(subjectId)).toEqual(['given', 'given', 'refused', 'notAsked']);
    const given = (await consent.history('consent', subjectId)).filter(({ event }) => event.type === 'ConsentGiven');
    expect(given.map(({ event }) => event.data['method'])).toEqual(['doubleOptIn', 'registrationForm']);
  });

  it('of a registration that nobody confirmed asks no more', async () => {
    const subjectId = newId();
    await consent.append(subjectId, { type: 'RegistrationReceived', data: form(ticked) });
    await until(async () => (await statuses(subjectId)).includes('requested'));
    await consent.append(subjectId, { type: 'RegistrationEnded', data: { reason: 'notConfirmed' } });
    await until(async () => (await statuses(subjectId)).includes('expired'));
    expect(await statuses(subjectId)).toEqual(['expired', 'expired', 'notAsked', 'notAsked']);
  });

  it('is recorded as its choices: refused where the box was unticked', async () => {
    const subjectId = newId();
    await consent.append(subjectId, {
      type: 'ConsentChoicesCollected',
      data: {
        choices: [
          { purpose: 'newsletter', given: false },
          { purpose: 'marketing', given: true },
        ],
        noticeVersion,
        noticeDigest: consent.service.platform.register.digest,
        language: 'sv',
      },
    });
    await until(async () => (await statuses(subjectId)).includes('given'));
    expect(await statuses(subjectId)).toEqual(['refused', 'given', 'notAsked', 'notAsked']);
  });

  it('does not undo a refusal given before the form was handled', async () => {
    const subjectId = newId();
    const [sent, choices] = ['2026-01-01T00:00:00.000Z', [{ purpose: 'newsletter' as const, given: true }]];
    await put(subjectId, 'newsletter', { given: false, noticeVersion });
    await put(subjectId, 'marketing', { given: false, noticeVersion });
    const notice = { noticeVersion, noticeDigest: consent.service.platform.register.digest, language: 'sv' } as const;
    const more = [...choices, { purpose: 'adMeasurement' as const, given: true }];
    await consent.append(subjectId, { type: 'ConsentChoicesCollected', data: { choices: more, ...notice } });
    const entered = [
      { purpose: 'marketing' as const, given: true },
      { purpose: 'personnummer' as const, given: true },
    ];
    const entry = { campaignId: 'var', email: null, phone: null, clickId: null, choices: entered, ...notice };
    await consent.append(newId(), { type: 'CampaignEntered', data: entry }, { subjectId, at: sent });
    await until(async () => (await statuses(subjectId)).filter((status) => status === 'given').length === 2);
    expect(await statuses(subjectId)).toEqual(['refused', 'refused', 'given', 'given']);
  });

  it('invalidates every choice when the person is erased', async () => {
    const subjectId = newId();
    await put(subjectId, 'newsletter', { given: true, noticeVersion });
    const data = { requestId: newId(), keys: [], retained: [] };
    await consent.append(subjectId, { type: 'SubjectKeysDestroyed', data });
    await until(async () => (await statuses(subjectId)).every((status) => status === 'invalidated'));
    const answer = await put(subjectId, 'newsletter', { given: true, noticeVersion });
    expect(answer.status).toBe(410);
    expect(answer.body.code).toBe('subject-erased');
  });
});
