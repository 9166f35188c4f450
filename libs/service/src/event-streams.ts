import { Readable } from 'node:stream';
import { type Clock, DomainError } from '@dittoo/kernel';
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Principal } from './caller.js';

const perPrincipal = 5;
const inAll = 500;
/** After this time the client reconnects with a valid token. */
const longestMs = 10 * 60_000;

/**
 * Server-sent events, bounded: so many at a time per principal and in all, and none lasts longer than the token it was
 * opened with. `Cache-Control` and `X-Accel-Buffering`, set for every event stream, keep proxies from holding them back.
 */
export class EventStreams {
  private readonly open = new Map<string, number>();
  private readonly closing = new AbortController();

  constructor(private readonly clock: Clock) {}

  /**
   * @param messages the text of the stream, until its signal
   * @throws DomainError `too-many-requests`
   */
  stream(
    { subjectId, tokenExpiresAt }: Principal,
    { raw }: FastifyReply,
    messages: (signal: AbortSignal) => AsyncIterable<string>,
  ): StreamableFile {
    const leave = this.enter(subjectId);
    const left = new AbortController();
    // Listen to the response, not the stream: the stream closes only when the generator yields next.
    const gone = (): void => {
      left.abort();
      leave();
    };
    if (raw.destroyed) gone();
    else raw.once('close', gone);
    const leftMs = Math.min(longestMs, Math.max(0, tokenExpiresAt - Date.parse(this.clock.now())));
    const signal = AbortSignal.any([left.signal, this.closing.signal, AbortSignal.timeout(leftMs)]);
    return new StreamableFile(Readable.from(messages(signal)), { type: 'text/event-stream; charset=utf-8' });
  }

  /** Open connections would keep the process from ending. */
  close(): void {
    this.closing.abort();
  }

  /** @returns call it when the connection ends */
  private enter(subjectId: string): () => void {
    const own = this.open.get(subjectId) ?? 0;
    const all = [...this.open.values()].reduce((sum, count) => sum + count, 0);
    if (own >= perPrincipal || all >= inAll) throw new DomainError('too-many-requests');
    this.open.set(subjectId, own + 1);
    return () => {
      const rest = this.open.get(subjectId)! - 1;
      if (rest > 0) this.open.set(subjectId, rest);
      else this.open.delete(subjectId);
    };
  }
}
