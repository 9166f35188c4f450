import { Readable } from 'node:stream';
import { Clock } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { SubjectCopyFiles } from './subject-copy-files.js';

/**
 * Hands a copy out once: it is marked as collected, then claimed in the request's stream, then opened and sent part by
 * part, so that a copy of any size needs the memory of one part. Of two concurrent callers only one gets it. If the
 * process dies after that, or the connection breaks, the copy is lost, and the person has to request a new one.
 */
@Injectable()
export class CopyHandover {
  constructor(
    private readonly commands: Commands,
    private readonly copies: SubjectCopyFiles,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `request-not-answered`, `gone`, `not-found` */
  async handOver(
    requestId: string,
    subjectId: string,
    format: 'json' | 'html',
    context: CommandContext,
    reply: FastifyReply,
  ): Promise<StreamableFile> {
    const claim = (now: string) => ({ type: 'CollectCopy', format, now }) as const;
    const { state } = await this.commands.load(rightsRequestDecider, requestId);
    rightsRequestDecider.decide(claim(this.clock.now()), state); // checked before anything is opened
    // It only asks whether there is a copy, as scanners of links do: nothing is opened or spent.
    if (reply.request.method === 'HEAD') return new StreamableFile(Buffer.alloc(0));
    const copy = await this.copies.collect({ requestId, subjectId, format, now: this.clock.now() });
    try {
      await this.commands.execute(rightsRequestDecider, requestId, claim, context);
    } catch (error) {
      await this.copies.purge(requestId); // it was not sent and cannot be claimed again
      throw error;
    }
    const disposition = format === 'html' ? 'inline' : 'attachment';
    void reply
      .header('content-type', copy.contentType)
      .header('content-disposition', `${disposition}; filename="${copy.filename}"`)
      .header('cache-control', 'no-store');
    return new StreamableFile(Readable.from(copy.content, { objectMode: false }));
  }
}
