import { LeaseLost } from '@dittoo/service';
import { testDatabase, type TestDatabase } from '@dittoo/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { relaySchema } from '../relay.migrations.js';
import { RelayCheckpoint } from './relay-checkpoint.js';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await testDatabase();
  await database.migrate(relaySchema.migrations);
  pool = database.pool({ max: 2 });
});
afterAll(() => database.drop());

describe('the checkpoint of the active relay', () => {
  it('is taken over by the next epoch; a relay that lost its lease without noticing can no longer move it', async () => {
    const checkpoint = new RelayCheckpoint(pool, 'a');
    expect(await checkpoint.adopt('1')).toBeNull();
    await checkpoint.save('1', 10n);
    expect(await checkpoint.adopt('2')).toBe(10n);
    await expect(checkpoint.save('1', 99n)).rejects.toBeInstanceOf(LeaseLost);
    await expect(checkpoint.adopt('1')).rejects.toBeInstanceOf(LeaseLost);
    await checkpoint.save('2', 12n);
    expect(await checkpoint.adopt('2')).toBe(12n);
  });

  it('never moves back', async () => {
    const checkpoint = new RelayCheckpoint(pool, 'b');
    await checkpoint.adopt('1');
    await checkpoint.save('1', 7n);
    await checkpoint.save('1', 3n);
    expect(await checkpoint.adopt('1')).toBe(7n);
  });

  it('is kept separately for each transport', async () => {
    const [inProcess, kafka] = [new RelayCheckpoint(pool, 'in-process'), new RelayCheckpoint(pool, 'kafka:')];
    await inProcess.adopt('1');
    await inProcess.save('1', 5n);
    expect(await kafka.adopt('1')).toBeNull();
  });
});
