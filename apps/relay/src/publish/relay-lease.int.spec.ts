import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { relaySchema } from '../relay.migrations.js';
import { Fenced, RelayLease } from './relay-lease.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await testDatabase();
  await database.migrate(relaySchema.migrations);
  pool = database.pool({ max: 2 });
});
afterAll(() => database.drop());

/** The lease ends now, as if its holder had not been heard of for 15 s. */
const expire = (name: string) =>
  pool.query(`UPDATE relay.lease SET expires_at = now() - interval '1 s' WHERE name = $1`, [name]);

describe('one active relay', () => {
  it('lets one in at a time', async () => {
    const [one, other] = [new RelayLease(pool, 'a', 'one'), new RelayLease(pool, 'a', 'other')];
    expect(await one.acquire()).toBe(1n);
    expect(await other.acquire()).toBeNull();
    await one.release(1n);
    expect(await other.acquire()).toBe(2n);
  });

  it('lets the same instance in again at once after it died', async () => {
    const lease = new RelayLease(pool, 'b', 'one');
    await lease.acquire();
    expect(await new RelayLease(pool, 'b', 'one').acquire()).toBe(2n);
  });

  it('stops one that lost its lease without knowing: it can neither renew nor move the checkpoint', async () => {
    const [zombie, next] = [new RelayLease(pool, 'c', 'zombie'), new RelayLease(pool, 'c', 'next')];
    const old = (await zombie.acquire())!;
    expect(await zombie.adopt(old)).toBeNull();
    await zombie.save(old, 10n);
    await expire('c');
    const epoch = (await next.acquire())!;
    expect(await next.adopt(epoch)).toBe(10n);
    expect(await zombie.renew(old)).toBe(false);
    await expect(zombie.save(old, 99n)).rejects.toBeInstanceOf(Fenced);
    await expect(zombie.adopt(old)).rejects.toBeInstanceOf(Fenced);
    await next.save(epoch, 12n);
    expect(await next.adopt(epoch)).toBe(12n);
  });

  it('never moves the checkpoint back', async () => {
    const lease = new RelayLease(pool, 'd', 'one');
    const epoch = (await lease.acquire())!;
    await lease.adopt(epoch);
    await lease.save(epoch, 7n);
    await lease.save(epoch, 3n);
    expect(await lease.adopt(epoch)).toBe(7n);
  });
});
