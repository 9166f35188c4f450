import type { Register } from '@dittoo/processor-register';
import { accessFrame, type AccessCopy, type CopiedLife, type CopyFacts } from './access-copy.js';
import { CopyWriter, textOf, type CopyContents, type CopyParts } from './copy-contents.js';
import { LatestOfKind } from './latest-of-kind.js';
import { portabilityFrame, type PortabilityCopy } from './portability-copy.js';
import type { CopiedEvent } from '../person/subject-events.query.js';

/** For specs: the parts of a copy, in a map. */
export class MemoryParts implements CopyParts {
  private readonly parts = new Map<string, Buffer>();

  async put(list: number, number: number, content: Buffer): Promise<void> {
    this.parts.set(`${list}/${number}`, content);
  }

  async get(list: number, number: number): Promise<Buffer> {
    return this.parts.get(`${list}/${number}`)!;
  }
}

export interface Life {
  readonly requestId: string;
  readonly subjectId: string;
  readonly register: Register;
  readonly events: readonly CopiedEvent[];
  readonly rows?: CopyFacts['rows'];
  readonly joined?: CopyFacts['joined'];
  readonly preparedAt?: string;
  readonly expiresAt?: string;
}

export interface WrittenCopy {
  readonly contents: CopyContents;
  readonly parts: CopyParts;
}

/** For specs: an access copy of these events only. */
export const writtenAccessCopy = (life: Life): Promise<WrittenCopy> => written(life, accessFrame);

export const accessCopyOf = async (life: Life): Promise<AccessCopy> =>
  (await parsed(await writtenAccessCopy(life))) as AccessCopy;

export const portabilityCopyOf = async (life: Life): Promise<PortabilityCopy> =>
  (await parsed(await written(life, portabilityFrame))) as PortabilityCopy;

const written = async (
  {
    events,
    expiresAt = '2027-02-08T10:00:00.000Z',
    preparedAt = '2027-02-01T10:00:00.000Z',
    rows = {},
    joined = [],
    ...facts
  }: Life,
  frame: (facts: CopyFacts, writer: CopyWriter) => Promise<object>,
): Promise<WrittenCopy> => {
  const parts = new MemoryParts();
  const writer = new CopyWriter(parts);
  const latest = new LatestOfKind();
  for (const event of events) latest.add(event);
  const whole = { ...facts, joined, expiresAt, preparedAt, rows, life: inMemory(events), latest: latest.events };
  return { contents: await writer.finish(await frame(whole, writer)), parts };
};

const parsed = async ({ contents, parts }: WrittenCopy): Promise<unknown> => {
  const text: Buffer[] = [];
  for await (const part of textOf(contents, parts)) text.push(part);
  return JSON.parse(Buffer.concat(text).toString('utf8'));
};

/** The same file with an invalid signature. */
export const withSignature = ({ contents, parts }: WrittenCopy): WrittenCopy => {
  const signature = JSON.stringify({ jws: 'a.b.c', sha256: 'd', keys: 'https://shop.example.org/keys' });
  const texts = contents.texts.map(
    (text, index) =>
      `${index === 0 ? '{"copy":' : ''}${text}${index === contents.texts.length - 1 ? `,"signature":${signature}}` : ''}`,
  );
  return { contents: { ...contents, texts }, parts };
};

export const inMemory = (events: readonly CopiedEvent[]): CopiedLife => {
  const streams = new Map<string, CopiedEvent[]>();
  for (const event of events) streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
  return {
    inOrder: () => each(events),
    byStream: () => each([...streams.values()].flat()),
    outlinesOf: (stream) => each(streams.get(stream) ?? []),
  };
};

async function* each(events: readonly CopiedEvent[]): AsyncGenerator<CopiedEvent> {
  yield* events;
}

/** For specs: collects all entries. */
export const all = async <T>(entries: AsyncIterable<T>): Promise<T[]> => {
  const read: T[] = [];
  for await (const entry of entries) read.push(entry);
  return read;
};
