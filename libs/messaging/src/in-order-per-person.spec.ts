import { newId, type RecordedEvent, type SubjectId } from '@dittoo/kernel';
import { newEvent } from '@dittoo/testing';
import { describe, expect, it } from '@jest/globals';
import { inOrderPerPerson } from './in-order-per-person.js';

const [ada, bo] = [newId() as SubjectId, newId() as SubjectId];
const event = (type: string, dataSubjectId: SubjectId | null, stream = type): RecordedEvent => {
  const { metadata, ...rest } = newEvent(type);
  return { ...rest, stream, revision: 0n, position: 0n, metadata: { ...metadata, dataSubjectId } };
};

/** Acts that the spec ends. */
const slowActs = () => {
  const under = new Map<string, { resolve: () => void; reject: (error: unknown) => void }>();
  const begun: string[] = [];
  const act = ({ type }: RecordedEvent): Promise<void> => {
    begun.push(type);
    return new Promise((resolve, reject) => under.set(type, { resolve, reject }));
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { act, begun, end: (name: string) => (under.get(name)!.resolve(), turn()), fail: (name: string, error: unknown) => (under.get(name)!.reject(error), turn()) }; // prettier-ignore
};

describe('acts on a page of events', () => {
  it('run concurrently for different persons and in sequence for one person, whatever the stream', async () => {
    const { act, begun, end } = slowActs();
    const done = inOrderPerPerson([event('a1', ada, 'order-1'), event('b1', bo), event('a2', ada, 'consent-1')], act);
    expect(begun).toEqual(['a1', 'b1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1', 'a2']);
    await end('b1');
    await end('a2');
    await done;
  });

  it('keep the order of a stream also where its events are about a person, nobody, and another person', async () => {
    const { act, begun, end } = slowActs();
    const done = inOrderPerPerson([event('a1', ada, 'x'), event('n1', null, 'x'), event('b1', bo, 'x')], act);
    expect(begun).toEqual(['a1']);
    await end('a1');
    expect(begun).toEqual(['a1', 'n1']);
    await end('n1');
    expect(begun).toEqual(['a1', 'n1', 'b1']);
    await end('b1');
    await done;
  });

  it('run in sequence per stream where an event is about no person', async () => {
    const { act, begun, end } = slowActs();
    const done = inOrderPerPerson([event('x1', null, 'x'), event('x2', null, 'x'), event('y1', null, 'y')], act);
    expect(begun).toEqual(['x1', 'y1']);
    await end('x1');
    await end('y1');
    await end('x2');
    await done;
  });

  it('that fail are reported once all others have ended; later events of the same person are not acted on', async () => {
    const { act, begun, end, fail } = slowActs();
    let told: unknown = null;
    const done = inOrderPerPerson([event('a1', ada), event('a2', ada), event('b1', bo)], act).catch(
      (error: unknown) => (told = error),
    );
    await fail('a1', 'no');
    expect([begun, told]).toEqual([['a1', 'b1'], null]);
    await end('b1');
    await done;
    expect([begun, told]).toEqual([['a1', 'b1'], 'no']);
  });
});
