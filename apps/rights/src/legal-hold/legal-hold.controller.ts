import { Clock, derivedId, DomainError, EventStore, KeyRing, readable, streamName } from '@dittoo/kernel';
import {
  containsCardNumber,
  ApiProblems,
  commandContext,
  Commands,
  decodeCursor,
  FromCaller,
  FromPrincipal,
  Idempotent,
  idParam,
  PageQuery,
  pageOf,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { legalHoldDecider, type LegalHoldCommand } from './legal-hold.decider.js';
import { LegalHoldAnswer, LegalHoldBody, LegalHoldList } from './legal-hold.http.js';
import { endHoldRow, forceHoldRow, requestHoldRow } from './legal-hold.rows.js';
import { LegalHolds } from './legal-holds.query.js';

/**
 * Legal holds: one officer requests a hold, another confirms it; ending it takes two officers as well.
 *
 * If the process dies between the event and the row, the projection writes the row. The response is sent after both, so
 * that a confirmed hold is effective.
 */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 404, 409, 413, 415, 422, 503)
@Controller('api/v1/compliance/legal-holds')
export class LegalHoldController {
  constructor(
    private readonly commands: Commands,
    private readonly holds: LegalHolds,
    private readonly keyRing: KeyRing,
    private readonly store: EventStore,
    private readonly rows: DataSource,
    private readonly clock: Clock,
  ) {}

  @Post()
  @Idempotent()
  @ApiCreatedResponse({ type: LegalHoldAnswer, headers: { Location: { schema: { type: 'string' } } } })
  async request(
    @Body() { authority, categories, expiresAt, orderId, reason, subjectId: said }: LegalHoldBody,
    @FromPrincipal() { subjectId: by }: Principal,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LegalHoldAnswer> {
    if ((said === undefined) === (orderId === undefined)) {
      throw new DomainError('invalid-request', 'name exactly one of subjectId, orderId');
    }
    if (containsCardNumber(authority) || containsCardNumber(reason)) throw new DomainError('card-number-refused');
    if (Number.isNaN(Date.parse(expiresAt))) throw new DomainError('invalid-field');
    const hold = {
      subjectId: await this.subject(said, orderId),
      by,
      orderId: orderId?.toLowerCase() ?? null,
      categories,
      authority,
      reason,
      expiresAt: new Date(expiresAt).toISOString(),
    };
    const holdId = derivedId('legalHold', caller.commandId);
    await this.execute(holdId, (now) => ({ type: 'RequestHold', hold, now }), caller, by);
    await requestHoldRow(this.rows.manager, holdId, hold, this.clock.now());
    void reply.header('location', `/api/v1/compliance/legal-holds/${holdId}`);
    return this.answer(holdId);
  }

  @Post(':id/confirmation')
  @HttpCode(200)
  @ApiOkResponse({ type: LegalHoldAnswer })
  async confirm(
    @Param('id') id: string,
    @FromPrincipal() { subjectId: by }: Principal,
    @FromCaller() caller: Caller,
  ): Promise<LegalHoldAnswer> {
    const holdId = idParam(id);
    await this.execute(holdId, (now) => ({ type: 'ConfirmHold', by, now }), caller, by);
    const answer = await this.answer(holdId);
    await requestHoldRow(this.rows.manager, holdId, answer, answer.requestedAt);
    if (answer.state === 'inForce') await forceHoldRow(this.rows.manager, holdId);
    return answer;
  }

  /** The first officer requests the end, a second one agrees. Before the hold is in force one is enough. */
  @Delete(':id')
  @HttpCode(200)
  @ApiOkResponse({ type: LegalHoldAnswer })
  async end(
    @Param('id') id: string,
    @FromPrincipal() { subjectId: by }: Principal,
    @FromCaller() caller: Caller,
  ): Promise<LegalHoldAnswer> {
    const holdId = idParam(id);
    await this.execute(holdId, () => ({ type: 'EndHold', by }), caller, by);
    const answer = await this.answer(holdId);
    if (answer.state !== 'requested' && answer.state !== 'inForce') await endHoldRow(this.rows.manager, holdId);
    return answer;
  }

  @Get()
  @ApiOkResponse({ type: LegalHoldList })
  async list(@Query() { cursor, limit = 50 }: PageQuery): Promise<LegalHoldList> {
    const [sort, id] = cursor === undefined ? [] : decodeCursor(cursor, 'time', 'id');
    const after = sort === undefined || id === undefined ? null : { sort, id };
    const rows = await this.holds.page(limit + 1, after);
    const page = pageOf(rows, limit, ({ at, holdId }) => [at.toISOString(), holdId]);
    return { ...page, items: await Promise.all(page.items.map(({ holdId }) => this.answer(holdId))) };
  }

  @Get(':id')
  @ApiOkResponse({ type: LegalHoldAnswer })
  one(@Param('id') id: string): Promise<LegalHoldAnswer> {
    return this.answer(idParam(id));
  }

  private async execute(
    holdId: string,
    command: (now: string) => LegalHoldCommand,
    caller: Caller,
    officerId: string,
  ): Promise<void> {
    // The officer wrote the text: sealed under the officer's key, it survives the erasure of the person it is about.
    await this.commands.execute(legalHoldDecider, holdId, command, commandContext(caller, officerId, null));
  }

  /** @throws DomainError `not-found` */
  private async subject(said: string | undefined, orderId: string | undefined): Promise<string> {
    if (said !== undefined) {
      const subjectId = said.toLowerCase();
      if ((await this.keyRing.keysOf(subjectId)).length > 0) return subjectId;
    } else {
      for await (const { metadata } of this.store.readStream(streamName('order', orderId!.toLowerCase()), { limit: 1 }))
        if (metadata.dataSubjectId !== null) return metadata.dataSubjectId;
    }
    throw new DomainError('not-found');
  }

  private async answer(holdId: string): Promise<LegalHoldAnswer> {
    const { history, state } = await this.commands.load(legalHoldDecider, holdId);
    if (state.status === 'none') throw new DomainError('not-found');
    const { authority, categories, expiresAt, orderId, reason, subjectId } = state;
    return {
      holdId,
      state: state.status,
      subjectId,
      orderId,
      categories,
      authority: readable(authority, null),
      reason: readable(reason, null),
      requestedAt: history[0]!.recorded.metadata.recordedAt,
      expiresAt,
      releaseRequested: state.status === 'inForce' && state.releaseAskedBy !== null,
    };
  }
}
