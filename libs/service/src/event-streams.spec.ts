import { EventEmitter, once } from 'node:events';
import type { Clock, SubjectId } from '@dittoo/kernel';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { Principal } from './caller.js';
import { EventStreams } from './event-streams.js';

const clock: Clock = { now: () => '2026-11-27T10:00:00.000Z' };
const inMs = (ms: number): number => Date.parse(clock.now()) + ms;
const principal = (subjectId: string, tokenExpiresAt = inMs(60_000)): Principal => ({
  subjectId: subjectId as SubjectId,
  role: 'customer',
  authenticatedAt: clock.now(),
  sessionId: 's',
  tokenExpiresAt,
});
const connection = () => {
  const raw = Object.assign(new EventEmitter(), { destroyed: false });
  return { reply: { raw } as unknown as FastifyReply, leave: () => raw.emit('close') };
};

/** Says "here" until its signal. */
async function* here(signal: AbortSignal): AsyncGenerator<string> {
  while (!signal.aborted) {
    yield 'data: here\n\n';
    await once(signal, 'abort', { signal: AbortSignal.timeout(20) }).catch(() => undefined);
  }
}
const wholeOf = async (file: { getStream(): AsyncIterable<unknown> }): Promise<number> => {
  let messages = 0;
  for await (const _ of file.getStream()) messages++;
  return messages;
};

describe('event streams', () => {
  it('are five at a time for one person, and another takes the place of one that is left', () => {
    const streams = new EventStreams(clock);
    const connections = Array.from({ length: 5 }, connection);
    for (const { reply } of connections) streams.stream(principal('anna'), reply, here);
    const open = (who: string) => () => streams.stream(principal(who), connection().reply, here);
    expect(open('anna')).toThrow('too-many-requests');
    expect(open('bo')).not.toThrow();
    connections[2]!.leave();
    expect(open('anna')).not.toThrow();
    expect(open('anna')).toThrow('too-many-requests');
    streams.close();
  });

  it('are five hundred in all', () => {
    const streams = new EventStreams(clock);
    for (let who = 0; who < 500; who++) streams.stream(principal(`p${who}`), connection().reply, here);
    expect(() => streams.stream(principal('one more'), connection().reply, here)).toThrow('too-many-requests');
    streams.close();
  });

  it('end with the token they were opened with', async () => {
    const streams = new EventStreams(clock);
    const file = streams.stream(principal('anna', inMs(100)), connection().reply, here);
    expect(await wholeOf(file)).toBeGreaterThan(0);
    expect(await wholeOf(streams.stream(principal('bo', inMs(-1)), connection().reply, here))).toBeLessThan(3);
  });

  it('end when the process stops', async () => {
    const streams = new EventStreams(clock);
    const whole = wholeOf(streams.stream(principal('anna'), connection().reply, here));
    streams.close();
    await whole;
  });
});
