import type { DataSubjectEvent } from '@dittoo/contracts';
import { EventStore, KeyRing, newId, Sealer, streamName, type DomainEvent, type OpenedEvent } from '@dittoo/kernel';
import { until } from '@dittoo/platform/testing';
import { Commands } from '@dittoo/service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { officer, personNamed, startIdentity, type IdentityUnderTest } from '../identity.fixture.js';

let identity: IdentityUnderTest;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const historyOf = async (customerId: string): Promise<OpenedEvent<DataSubjectEvent>[]> => {
  const recorded = [];
  const store = identity.service.get<EventStore>(EventStore);
  for await (const event of store.readStream(streamName('dataSubject', customerId))) recorded.push(event);
  return identity.service.get<Sealer>(Sealer).open<DataSubjectEvent>(recorded);
};
const typesOf = async (customerId: string) => (await historyOf(customerId)).map(({ event }) => event.type);

/** Consent's word on a person, in consent's stream. */
const sayConsent = (customerId: string, type: 'ConsentGiven' | 'ConsentWithdrawn' | 'ConsentExpired') => {
  const choice = { recordId: newId(), purpose: 'personnummer', method: 'myAccount' };
  const notice = { noticeVersion: 'v', noticeDigest: 'd', language: 'sv' };
  const { method: _method, ...ended } = { ...choice, validUntil: '2028-11-22T10:00:00.000Z' };
  const data = { ConsentGiven: { ...choice, ...notice }, ConsentWithdrawn: choice, ConsentExpired: ended }[type];
  return identity.service
    .get<Commands>(Commands)
    .execute(
      { category: 'consent', initialState: null, decide: () => [{ type, data } as DomainEvent], evolve: () => null },
      customerId,
      null,
      {
        dataSubjectId: customerId,
        actor: { kind: 'dataSubject', id: customerId },
        correlationId: newId(),
        causationId: newId(),
        traceparent: null,
        noticeVersion: null,
      },
    );
};

describe('my account', () => {
  it('shows what was given, and changes one thing at a time', async () => {
    const { customerId, bearer } = await identity.customer('agneta', { locale: 'en' });
    const { body } = await identity.call('GET', '/me', { bearer });
    expect(body).toEqual({
      customerId,
      email: 'agneta@example.org',
      givenName: 'Given agneta',
      familyName: 'Family agneta',
      phone: null,
      address: null,
      locale: 'en',
      noticeVersion: '2026-11-01',
    });
    const address = { street: 'Exempelgatan 7', postalCode: '123 45', city: 'Exempelstad', country: 'SE' };
    const changed = await identity.call('PATCH', '/me', { bearer, body: { address, givenName: 'Agneta' } });
    expect(changed.body).toMatchObject({ address, givenName: 'Agneta', familyName: 'Family agneta' });
    await identity.call('PATCH', '/me', { bearer, body: { address, givenName: 'Agneta' } });
    expect((await typesOf(customerId)).slice(2)).toEqual(['NameRectified', 'AddressRectified']);
    expect((await identity.call('PATCH', '/me', { bearer, body: { address: null } })).body.address).toBeNull();
  });

  it.each([
    ['invalid-field', { givenName: null }],
    ['invalid-field', { givenName: '' }],
    ['invalid-field', { address: { city: 'Exempelstad' } }],
    ['invalid-field', { phone: 'not a number' }],
    ['invalid-field', { locale: 'de' }],
    ['unknown-field', { email: 'another@example.org' }],
    ['card-number-refused', { familyName: '4111111111111111' }],
  ])('refuses with %s: %j', async (code, body) => {
    const bearer = await identity.signIn(officer);
    expect((await identity.call('PATCH', '/me', { bearer, body })).body.code).toBe('not-allowed');
    const customer = await identity.customer(`bo-${newId()}`);
    expect((await identity.call('PATCH', '/me', { bearer: customer.bearer, body })).body.code).toBe(code);
  });

  it('is nobody else`s', async () => {
    expect((await identity.call('PATCH', '/me', { body: {} })).body.code).toBe('not-authenticated');
    const bearer = await identity.signIn(officer);
    expect((await identity.call('GET', '/me', { bearer })).body.code).toBe('not-allowed');
  });
});

describe('another e-mail', () => {
  const tokenOf = async (customerId: string): Promise<string> => {
    const requested = (await historyOf(customerId)).findLast(({ event }) => event.type === 'EmailChangeRequested')!;
    return (requested.event.data as { token: string }).token;
  };
  const change = (bearer: string, email: string) => identity.call('PUT', '/me/email', { bearer, body: { email } });
  const confirm = (bearer: string, token: string) =>
    identity.call('POST', '/me/email/confirmation', { bearer, body: { token } });

  it('is used once its token came back, and the old one no more', async () => {
    const { customerId, bearer } = await identity.customer('cecilia');
    expect((await change(bearer, 'cecilia.ny@example.org')).status).toBe(202);
    expect((await identity.call('GET', '/me', { bearer })).body.email).toBe('cecilia@example.org');
    expect((await confirm(bearer, 'made-up')).body.code).toBe('invalid-confirmation-token');
    const token = await tokenOf(customerId);
    expect((await confirm(bearer, token)).body.email).toBe('cecilia.ny@example.org');
    expect((await confirm(bearer, token)).body.code).toBe('invalid-confirmation-token');
    const { password } = personNamed('cecilia');
    expect(
      (await identity.call('POST', '/sessions', { body: { email: 'cecilia@example.org', password } })).status,
    ).toBe(401);
    expect(await identity.signIn({ email: 'Cecilia.Ny@example.org', password })).not.toContain('undefined');
    expect((await identity.customer('cecilia')).customerId).not.toBe(customerId); // the old address is free again
  });

  it('is not one that somebody has', async () => {
    await identity.customer('david');
    const { customerId, bearer } = await identity.customer('eva');
    expect((await change(bearer, 'david@example.org')).status).toBe(202); // tells nothing to who asks
    expect((await confirm(bearer, await tokenOf(customerId))).body.code).toBe('conflict');
    expect((await identity.call('GET', '/me', { bearer })).body.email).toBe('eva@example.org');
  });
});

describe('personnummer', () => {
  const number = '701063-2391';
  const put = (bearer: string, ground: string) =>
    identity.call('PUT', '/me/personnummer', { bearer, body: { number, ground } });
  const masked = (bearer: string) => identity.call('GET', '/me/personnummer', { bearer });

  it('is shown masked, and in full only after the reveal was recorded', async () => {
    const { customerId, bearer } = await identity.customer('filip');
    expect((await masked(bearer)).status).toBe(404);
    const reveal = (body: object) => identity.call('POST', '/me/personnummer/reveal', { bearer, body });
    expect((await reveal({ purpose: 'to check it' })).body.code).toBe('personnummer-not-recorded');
    expect((await put(bearer, 'secureIdentification')).body).toEqual({
      number: '19701063-****',
      ground: 'secureIdentification',
    });
    expect((await reveal({})).body.code).toBe('invalid-field');
    expect((await reveal({ purpose: 'to check it' })).body).toEqual({ number: '197010632391' });
    expect((await typesOf(customerId)).slice(2)).toEqual(['PersonnummerRecorded', 'PersonnummerRevealed']);
  });

  it('is removed with its key, and may be given again under another', async () => {
    const { customerId, bearer } = await identity.customer('gustav');
    await put(bearer, 'purpose');
    expect((await identity.call('DELETE', '/me/personnummer', { bearer })).status).toBe(204);
    expect((await masked(bearer)).status).toBe(404);
    const recorded = (await historyOf(customerId)).find(({ event }) => event.type === 'PersonnummerRecorded')!;
    expect(recorded.event.data).toMatchObject({ number: { erased: true } });
    expect((await put(bearer, 'purpose')).status).toBe(200);
    // The reactor sees the removal after the next number was given, and leaves that alone.
    await until(async () => {
      const group = 'identity.rights';
      const { rows } = await identity.service.platform.pool.query(
        `SELECT position FROM delivery.group_checkpoint WHERE group_id = $1`,
        [group],
      );
      const removed = (await historyOf(customerId)).find(({ event }) => event.type === 'PersonnummerRemoved')!;
      return BigInt(rows[0]?.position ?? -1) >= removed.recorded.position;
    });
    expect((await masked(bearer)).body.number).toBe('19701063-****');
    expect((await identity.service.get<KeyRing>(KeyRing).states(customerId)).get('personnummer')).toBe('active');
  });

  it.each([
    ['hanna', 'ConsentWithdrawn'],
    ['helga', 'ConsentExpired'],
  ] as const)('goes when the consent it stands on ends (%s: %s)', async (name, ending) => {
    const { customerId, bearer } = await identity.customer(name);
    expect((await put(bearer, 'consent')).body.code).toBe('personnummer-ground-not-allowed');
    await sayConsent(customerId, 'ConsentGiven');
    expect((await put(bearer, 'consent')).status).toBe(200);
    await sayConsent(customerId, ending);
    await until(async () => (await masked(bearer)).status === 404);
    expect(await typesOf(customerId)).toContain('PersonnummerRemoved');
  });

  it('waits for the end of an order that still needs it', async () => {
    const { customerId, bearer } = await identity.customer('lars');
    await sayConsent(customerId, 'ConsentGiven');
    await put(bearer, 'consent');
    const { pool } = identity.service.platform;
    await pool.query(
      `INSERT INTO identity.order_standing (order_id, subject_id, revision, status, by_invoice, personnummer_ground,
         paid, total_minor, refunded_minor, placed_at, booked_at)
       VALUES ($1, $1, 0, 'awaitingPayment', true, 'consent', false, 100, 0, now(), now())`,
      [customerId],
    );
    await sayConsent(customerId, 'ConsentWithdrawn');
    await until(async () => {
      const { rows } = await pool.query(`SELECT FROM identity.due_task WHERE id = $1 AND due_at > now()`, [customerId]);
      return rows.length > 0;
    });
    expect((await masked(bearer)).status).toBe(200);
    await pool.query(`UPDATE identity.order_standing SET status = 'cancelled' WHERE order_id = $1`, [customerId]);
    await until(async () => (await masked(bearer)).status === 404);
  });

  it('stays when it stands on another ground', async () => {
    const { customerId, bearer } = await identity.customer('ingrid');
    await put(bearer, 'secureIdentification');
    await sayConsent(customerId, 'ConsentWithdrawn');
    const { customerId: other, bearer: theirs } = await identity.customer('jonas');
    await sayConsent(other, 'ConsentGiven');
    await put(theirs, 'consent');
    await sayConsent(other, 'ConsentWithdrawn');
    await until(async () => (await masked(theirs)).status === 404); // later in the log, and done
    expect((await masked(bearer)).status).toBe(200);
  });

  it('is refused when it is none, without repeating it', async () => {
    const { bearer } = await identity.customer('karin');
    const { body } = await identity.call('PUT', '/me/personnummer', {
      bearer,
      body: { number: '701063-2392', ground: 'purpose' },
    });
    expect(body.code).toBe('invalid-personnummer');
    expect(JSON.stringify(body)).not.toContain('701063');
  });
});
