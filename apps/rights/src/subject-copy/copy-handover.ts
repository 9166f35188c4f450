import { Clock } from '@dittoo/kernel';
import { Commands, type CommandContext } from '@dittoo/service';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { rightsRequestDecider } from '../rights-request/rights-request.decider.js';
import { SubjectCopyFiles } from './subject-copy-files.js';

/**
 * Hands a copy out, once: opened, then claimed in the request's stream, then sent. Two at once both open it, one claims
 * it. Dies after the claim: the copy is spent, and the person asks again.
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
  ): Promise<string> {
    const claim = (now: string) => ({ type: 'CollectCopy', format, now }) as const;
    const { state } = await this.commands.load(rightsRequestDecider, requestId);
    rightsRequestDecider.decide(claim(this.clock.now()), state); // nothing is opened for who may not have it
    const copy = await this.copies.collect({ requestId, subjectId, format, now: this.clock.now() });
    await this.commands.execute(rightsRequestDecider, requestId, claim, context);
    const disposition = format === 'html' ? 'inline' : 'attachment';
    void reply
      .header('content-type', copy.contentType)
      .header('content-disposition', `${disposition}; filename="${copy.filename}"`)
      .header('cache-control', 'no-store');
    return copy.body;
  }
}
