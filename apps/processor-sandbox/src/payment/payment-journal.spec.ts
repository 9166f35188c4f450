/* Promised: a restart, also one after a kill, finds every payment as it was last; a start that changes nothing writes nothing. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PaymentJournal } from './payment-journal.js';

let folder: string;
let directory: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dittoo-journal-'));
  directory = join(folder, 'sandbox');
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(directory, 'payments.jsonl');
const known = () => Object.fromEntries(new PaymentJournal(directory).of<object>('payson'));

describe('the journal', () => {
  it('holds the last state of each payment, and forgets what is forgotten', () => {
    const journal = new PaymentJournal(directory);
    journal.keep('payson', 'a', { status: 'created' });
    journal.keep('payson', 'a', { status: 'readyToShip' });
    journal.keep('payson', 'b', { status: 'created' });
    journal.keep('payson', 'b', null);
    journal.keep('mondido', 'a', { status: 'pending' });
    expect(known()).toEqual({ a: { status: 'readyToShip' } });
  });

  it('survives a line that was cut short, and the next line after it', () => {
    new PaymentJournal(directory).keep('payson', 'a', { status: 'created' });
    appendFileSync(file(), '{"processor":"payson","id":"a","sta');
    expect(known()).toEqual({ a: { status: 'created' } });
    new PaymentJournal(directory).keep('payson', 'b', { status: 'created' });
    expect(Object.keys(known())).toEqual(['a', 'b']);
  });

  it('takes lines that are none for nothing', () => {
    new PaymentJournal(directory).keep('payson', 'a', {});
    writeFileSync(file(), 'null\n7\n[]\n{"processor":1}\n');
    expect(known()).toEqual({});
  });

  it('writes nothing before the first change, then what waited, for its owner alone', () => {
    const journal = new PaymentJournal(directory);
    journal.defer('sandbox', 'http', { port: 8090 });
    journal.close();
    expect(existsSync(directory)).toBe(false);
    journal.keep('payson', 'a', {});
    expect(new PaymentJournal(directory).of('sandbox').get('http')).toEqual({ port: 8090 });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('drops superseded lines at its end', () => {
    const journal = new PaymentJournal(directory);
    for (let change = 0; change < 300; change++) journal.keep('payson', `p-${change % 3}`, { change });
    journal.close();
    expect(readFileSync(file(), 'utf8').trim().split('\n')).toHaveLength(3);
    expect(known()).toEqual({ 'p-0': { change: 297 }, 'p-1': { change: 298 }, 'p-2': { change: 299 } });
  });

  it('is nothing without a directory', () => {
    const journal = new PaymentJournal(null);
    journal.keep('payson', 'a', {});
    expect(journal.of('payson').size).toBe(0);
  });
});
