/*
 * Promised: a fresh shop always has an officer who can sign in. A password is on disk before its account is opened, so
 * after an interrupted start the next one opens the missing account with the same password and says where it is.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivedId, newId } from '@dittoo/kernel';
import { PLATFORM_CONFIG } from '@dittoo/platform';
import { Commands } from '@dittoo/service';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EmailIndex } from '@dittoo/personal-data';
import { startIdentity, type IdentityUnderTest } from '../identity.fixture.js';
import { readIdentityConfig } from '../identity.config.js';
import { Passwords } from '../password/passwords.js';
import { FirstOfficer } from './first-officer.js';
import { FirstStart } from './first-start.js';
import { StaffCredentials } from './staff-credentials.query.js';

// Each test migrates a database, which is slow while other suites run.
jest.setTimeout(120_000);

const staffMember = { STAFF_EMAIL: 'staff.under.test@example.org', STAFF_PASSWORD: 'a pass phrase of the staff' };
let identity: IdentityUnderTest;
let dir: string;

/** Runs a start on this database. @returns what it reports about the staff */
const start = async (env: Readonly<Record<string, string>> = {}, commands?: Commands): Promise<string[]> => {
  const service = identity.service;
  const firstOfficer = new FirstOfficer();
  await new FirstStart(
    commands ?? service.get<Commands>(Commands),
    service.get<EmailIndex>(EmailIndex),
    service.get<Passwords>(Passwords),
    service.get<StaffCredentials>(StaffCredentials),
    firstOfficer,
    readIdentityConfig({ FIRST_OFFICER_FILE: join(dir, 'first-officer.json'), ...env }),
    service.get<{ dataDir: string }>(PLATFORM_CONFIG),
  ).onApplicationBootstrap();
  const said: string[] = [];
  firstOfficer.announce((line) => said.push(line));
  return said;
};

const kept = (name: string) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as { email: string; password: string };

const roleOf = async (login: { email: string; password: string }) =>
  decodeJwt((await identity.signIn(login)).slice(7))['role'];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dittoo-officers-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A start that dies just before it opens account number `nth`. */
const dyingAt = (nth: number): Commands => {
  const commands = identity.service.get<Commands>(Commands);
  let opened = 0;
  return new Proxy(commands, {
    get: (target, name, receiver) => {
      if (name !== 'execute') return Reflect.get(target, name, receiver) as unknown;
      return (...args: Parameters<Commands['execute']>) => {
        if (++opened === nth) throw new Error('killed');
        return target.execute(...args);
      };
    },
  });
};

describe('a fresh shop', () => {
  beforeEach(async () => {
    identity = await startIdentity({ OFFICER_EMAIL: '', OFFICER_PASSWORD: '', ...staffMember });
  });
  afterEach(() => identity.close());

  it('has two officers, whose passwords are shown once and kept for the owner alone', async () => {
    const standings = identity.service.get<FirstOfficer>(FirstOfficer).standings;
    expect(standings.map(({ email, password }) => [email, password.kind])).toEqual([
      [staffMember.STAFF_EMAIL, 'configured'],
      ['officer@example.org', 'made'],
      ['officer2@example.org', 'made'],
    ]);
    const passwords = new Set<string>();
    for (const { email, password } of standings) {
      if (password.kind !== 'made') continue;
      passwords.add(password.password);
      expect(statSync(password.file).mode & 0o777).toBe(0o600);
      expect(JSON.parse(readFileSync(password.file, 'utf8'))).toEqual({ email, password: password.password });
      expect(await roleOf({ email, password: password.password })).toBe('complianceOfficer');
    }
    expect(passwords.size).toBe(2);
  });
});

describe('a start that died', () => {
  /** A start that died after it reserved the first officer's address. */
  const reserved = async (): Promise<void> => {
    const emails = identity.service.get<EmailIndex>(EmailIndex);
    const email = 'officer@example.org';
    await emails.reserve(email, derivedId('staffAccount', emails.keyOf(email)), 'complianceOfficer');
  };

  it.each([1, 2])(
    'before it opened account %i: the next opens it with the password on disk, and says so',
    async (nth) => {
      identity = await startIdentity();
      try {
        await reserved();
        await expect(start({}, dyingAt(nth))).rejects.toThrow('killed');
        const logins = [kept('first-officer.json'), kept('second-officer.json')];
        const said = await start();
        expect(said).toEqual(
          logins.map(({ email, password }, index) =>
            index + 1 < nth
              ? `officer         ${email}  password in ${join(dir, 'first-officer.json')}`
              : expect.stringContaining(`officer         ${email}  password ${password}  (shown this once; also in `),
          ),
        );
        for (const login of logins) expect(await roleOf(login)).toBe('complianceOfficer');
        expect(await start()).toEqual([
          `officer         officer@example.org  password in ${join(dir, 'first-officer.json')}`,
          `officer         officer2@example.org  password in ${join(dir, 'second-officer.json')}`,
        ]);
      } finally {
        await identity.close();
      }
    },
  );
});

describe('later', () => {
  beforeAll(async () => {
    identity = await startIdentity({
      OFFICER_EMAIL: 'boss@example.org',
      OFFICER_PASSWORD: 'a pass phrase of the boss',
    });
  });
  afterAll(() => identity.close());

  it('a configured officer gets an account of their own; an existing account keeps its password, and the start says so', async () => {
    const later = { OFFICER_EMAIL: 'later@example.org', OFFICER_PASSWORD: 'a pass phrase for later' };
    expect(await start(later)).toEqual(['officer         later@example.org  password as in OFFICER_PASSWORD']);
    expect(await roleOf({ email: 'later@example.org', password: later.OFFICER_PASSWORD })).toBe('complianceOfficer');
    expect(await start({ ...later, OFFICER_PASSWORD: 'another pass phrase' })).toEqual([
      'officer         later@example.org  OFFICER_PASSWORD is ignored: the account was opened with another password, which stays',
    ]);
    expect(await start()).toEqual(['officer         as at an earlier start; no password is kept here']);
  });

  it('a login file without an account is deleted when an officer is configured', async () => {
    const file = join(dir, 'first-officer.json');
    writeFileSync(file, JSON.stringify({ email: 'officer@example.org', password: newId() }));
    const boss = { OFFICER_EMAIL: 'boss@example.org', OFFICER_PASSWORD: 'a pass phrase of the boss' };
    expect(await start(boss)).toEqual(['officer         boss@example.org  password as in OFFICER_PASSWORD']);
    expect(() => kept('first-officer.json')).toThrow('ENOENT');
  });

  it('after a password change the start no longer refers to the file', async () => {
    writeFileSync(join(dir, 'first-officer.json'), JSON.stringify({ email: 'boss@example.org', password: 'before' }));
    expect(await start()).toEqual(['officer         boss@example.org  password changed since the first start']);
    expect(() => kept('first-officer.json')).toThrow('ENOENT');
  });

  it('no account is opened whose password cannot be saved', async () => {
    // A directory cannot be written as a file.
    const other = startIdentity({
      OFFICER_EMAIL: '',
      OFFICER_PASSWORD: '',
      FIRST_OFFICER_FILE: '/dev/null/officer',
    }).then(async (opened) => {
      await opened.close();
    });
    await expect(other).rejects.toThrow('FIRST_OFFICER_FILE /dev/null/officer cannot be written (EEXIST)');
  });
});
