import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leafHashOf, leafOf, type JsonObject } from '@dittoo/kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GrowingTree } from '../merkle/growing-tree.js';
import { privateKeyOf, publicBytesOf, signNote, treeHeadText, verifierKeyOf } from '../merkle/signed-note.js';
import { verifyBundle, type Report } from './offline-verifier.js';

const origin = 'shop.example/audit-log';
const key = privateKeyOf(Buffer.alloc(32, 3));
const vkey = verifierKeyOf(origin, publicBytesOf(key));
const [anna, bo] = ['0b9d7c1e-5a5f-4d0a-8f0e-2f2f3f3a1b01', '0b9d7c1e-5a5f-4d0a-8f0e-2f2f3f3a1b02'];
const kid = `${anna}/profile/1`;

interface Told {
  readonly subject: string;
  readonly revision: number;
  readonly type?: string;
  readonly data?: JsonObject;
}
const told: readonly Told[] = [
  { subject: anna, revision: 0, data: { name: { enc: 1, kid, ct: 'AAAA' } } },
  { subject: bo, revision: 0 },
  { subject: bo, revision: 1 },
  { subject: anna, revision: 1, type: 'SubjectKeysDestroyed', data: { keys: [{ kid, category: 'profile' }] } },
  { subject: bo, revision: 2 },
];

const leafText = ({ data = {}, revision, subject, type = 'LocaleChosen' }: Told, index: number): string =>
  leafOf(`dataSubject-${subject}`, BigInt(revision), {
    eventId: `0b9d7c1e-5a5f-4d0a-8f0e-00000000000${index}`,
    type,
    data,
    metadata: {
      dataSubjectId: subject,
      actor: { kind: 'dataSubject', id: subject },
      purpose: 'customerAccount',
      legalBasis: 'contract',
      noticeVersion: null,
      correlationId: subject,
      causationId: subject,
      traceparent: null,
      schemaVersion: 1,
      recordedAt: `2026-05-0${index + 1}T10:00:00.000Z`,
    },
  });
const line = (value: object): string => JSON.stringify(value);
const noteOf = (events: readonly Told[], by = key): string => {
  const tree = new GrowingTree();
  for (const [index, event] of events.entries()) tree.push(leafHashOf(leafText(event, index)));
  return signNote(treeHeadText({ origin, size: tree.size, root: tree.root() }), origin, by);
};
/** Heads after the second and the last event. */
const bundleOf = (events: readonly Told[], notes = [noteOf(events.slice(0, 2)), noteOf(events)]): string[] => [
  line({ kind: 'policy', format: 'dittoo-audit-bundle/1', origin, vkey, treeSize: events.length, dense: true }),
  ...events.flatMap((event, index) => [
    line({ kind: 'entry', index, position: index, leaf: leafText(event, index) }),
    ...(index === 1 ? [line({ kind: 'head', note: notes[0] })] : []),
  ]),
  line({ kind: 'head', note: notes[1] }),
  line({ kind: 'key', kid, state: 'destroyed' }),
  line({ kind: 'end', entries: events.length, heads: 2 }),
];
async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
const verified = (lines: readonly string[], held?: Parameters<typeof verifyBundle>[1]): Promise<Report> =>
  verifyBundle(linesOf(lines), held);

const whole = bundleOf(told);

describe('a bundle is ok', () => {
  it('with the range and time it covers', async () => {
    const { exitCode, lines } = await verified(whole);
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^ok: 5 events from 2026-05-01T10:00:00.000Z to 2026-05-05T10:00:00.000Z, 2 tree heads/);
    expect(lines.at(-1)).toMatch(/word of the bundle/);
  });

  it('under the auditor’s own key and an older head', async () => {
    const { exitCode, lines } = await verified(whole, { vkey, checkpoints: [noteOf(told.slice(0, 3)), noteOf([])] });
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(2);
  });
});

describe('a bundle is tampered with', () => {
  const replaced = (index: number, by: (text: string) => string): string[] =>
    whole.map((text, n) => (n === index ? by(text) : text));
  const without = (index: number): string[] => whole.filter((_, n) => n !== index);
  const swapped = (a: number, b: number): string[] => {
    const lines = [...whole];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return lines;
  };
  const otherKey = privateKeyOf(Buffer.alloc(32, 4));
  const otherTold = told.with(1, { ...told[1]!, type: 'LocaleForgotten' });

  it.each<[string, string[], RegExp]>([
    ['data', replaced(1, (text) => text.replace('AAAA', 'AAAB')), /positions 0 to 1: the tree head of 2/],
    ['metadata', replaced(4, (text) => text.replace('contract', 'consent ')), /positions 2 to 4: the tree head of 5/],
    ['a deleted entry', without(4), /position 2: is missing/],
    ['the order', swapped(1, 2), /entry 1 stands where 0 is due/],
    [
      'a cut off end',
      [...whole.slice(0, 6), ...whole.slice(7)],
      /position 4: 5 events were signed, the log ends after 4/,
    ],
    ['a head less', without(7), /entries behind the last tree head of 2/],
    ['a revision twice', bundleOf(told.with(2, { ...told[2]!, revision: 0 })), /position 2: revision 0 of .* follows/],
    ['another key', bundleOf(told, [noteOf(told.slice(0, 2)), noteOf(told, otherKey)]), /not signed by the key/],
    ['a fork', bundleOf(told, [noteOf(told.slice(0, 2)), noteOf(otherTold)]), /another tree was signed/],
    ["another event's envelope", bundleOf(told.with(1, { ...told[1]!, data: told[0]!.data! })), /not of its place/],
    ['something behind the end', [...whole, whole[1]!], /behind the end/],
  ])('%s', async (_, lines, problem) => {
    const report = await verified(lines);
    expect(report.lines.join('\n')).toMatch(problem);
    expect(report.exitCode).toBe(1);
  });

  it('when it was rebuilt under another key', async () => {
    const made = bundleOf(told, [noteOf(told.slice(0, 2), otherKey), noteOf(told, otherKey)]).with(
      0,
      line({
        kind: 'policy',
        format: 'dittoo-audit-bundle/1',
        origin,
        vkey: verifierKeyOf(origin, publicBytesOf(otherKey)),
        treeSize: 5,
        dense: true,
      }),
    );
    expect((await verified(made)).exitCode).toBe(0); // by its own key
    expect((await verified(made, { vkey })).exitCode).toBe(1);
  });

  it('when it does not extend a head that was kept', async () => {
    expect((await verified(whole, { vkey, checkpoints: [noteOf(otherTold.slice(0, 3))] })).exitCode).toBe(1);
    const longer = [...told, { subject: bo, revision: 3 }];
    expect((await verified(whole, { vkey, checkpoints: [noteOf(longer)] })).lines[0]).toMatch(/has not the 6 events/);
  });
});

describe('a bundle is incomplete', () => {
  it.each<[string, string[], RegExp]>([
    ['cut off', whole.slice(0, 4), /cut off after entry 2 of 5/],
    ['cut off in a line', [...whole.slice(0, 4), whole[4]!.slice(0, 50)], /cannot be read on after entry 2/],
    [
      'with a missing key that no event names',
      whole.with(-2, line({ kind: 'key', kid: `${anna}/contact/1`, state: 'missing' })),
      /key missing without erasure event/,
    ],
    ['when it is none', ['{"a":1}'], /not an audit bundle/],
    ['when it is empty', [], /not an audit bundle/],
  ])('%s', async (_, lines, problem) => {
    const report = await verified(lines);
    expect(report.lines.join('\n')).toMatch(problem);
    expect(report.exitCode).toBe(2);
  });
});

describe('the command', () => {
  const verifier = fileURLToPath(new URL('../../dist/offline-verifier/offline-verifier.js', import.meta.url));
  let directory: string;
  beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'dittoo-bundle-'))));
  afterAll(() => rmSync(directory, { recursive: true }));

  const run = (lines: readonly string[], ...args: string[]): Promise<number> => {
    const path = join(directory, 'bundle.ndjson');
    writeFileSync(path, lines.join('\n'));
    return new Promise((resolve) => {
      execFile(process.execPath, [verifier, path, ...args], (error) => resolve(Number(error?.code ?? 0)));
    });
  };

  it('exits 0, 1 or 2', async () => {
    const head = join(directory, 'head');
    writeFileSync(head, noteOf(told.slice(0, 3)));
    expect(await run(whole, '--vkey', vkey, '--checkpoint', head)).toBe(0);
    expect(await run(bundleOf(told, [noteOf([]), noteOf(told)]))).toBe(1);
    expect(await run(whole.slice(0, 3))).toBe(2);
    expect(await run(whole, '--vkey', 'nonsense')).toBe(1);
  });
});
