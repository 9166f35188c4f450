import { containsCardNumber, derivedId, DomainError } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  commandContext,
  Commands,
  FreshlyAuthenticated,
  FromCaller,
  FromPrincipal,
  Idempotent,
  idParam,
  PageQuery,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequestsInFlight } from './requests-in-flight.js';
import { isOpen } from './rights-request.js';
import { rightsRequestDecider } from './rights-request.decider.js';
import { RequestAnswer, RequestBody, RequestList, RequestReceipt } from './rights-request.http.js';
import { RightsRequests } from './rights-request.query.js';
import { requestDueAt } from './swedish-calendar.js';
import { CustomerStanding } from '../customer/customer-standing.query.js';

/** A customer's requests under art. 15-21. Receiving is all that happens here; the reactor judges and executes. */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
@Controller('api/v1/me/requests')
export class RightsRequestController {
  constructor(
    private readonly commands: Commands,
    private readonly customers: CustomerStanding,
    private readonly inFlight: RequestsInFlight,
    private readonly requests: RightsRequests,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Post()
  @HttpCode(202)
  @Idempotent()
  @FreshlyAuthenticated()
  @ApiAcceptedResponse({ type: RequestReceipt, headers: { Location: { schema: { type: 'string' } } } })
  async receive(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() { kind, detail = null }: RequestBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RequestReceipt> {
    if (detail !== null && containsCardNumber(detail)) throw new DomainError('card-number-refused');
    const { noticeVersion } = this.register;
    const context = commandContext(caller, subjectId, noticeVersion);
    const own = derivedId('rightsRequest', caller.commandId);
    const requestId = await this.idFor(subjectId, this.inFlight.likeness(kind, detail), own);
    // Whoever repeats a request is answered also while the person is being forgotten.
    if (requestId === own) await this.customers.requireStanding(subjectId);
    const { state } = await this.commands.execute(
      rightsRequestDecider,
      requestId,
      (now) => ({
        type: 'ReceiveRequest' as const,
        kind,
        detail,
        noticeVersion,
        dueAt: requestDueAt(now),
        identifiedBy: 'freshReauthentication' as const,
      }),
      context,
    );
    if (state.status === 'none') throw new DomainError('internal-error');
    void reply.header('location', `/api/v1/me/requests/${requestId}`);
    return { requestId, dueAt: state.dueAt };
  }

  @Get()
  @ApiOkResponse({ type: RequestList })
  list(@FromPrincipal() { subjectId }: Principal, @Query() { cursor, limit = 50 }: PageQuery): Promise<RequestList> {
    return this.requests.listOfSubject(subjectId, limit, cursor);
  }

  /** Readable to its end, also when the person is forgotten: it says nothing about them. */
  @Get(':id')
  @ApiOkResponse({ type: RequestAnswer })
  one(@FromPrincipal() { subjectId }: Principal, @Param('id') id: string): Promise<RequestAnswer> {
    return this.requests.ofSubject(subjectId, idParam(id));
  }

  /** The request this one repeats while that is in flight, else its own id. */
  private async idFor(subjectId: string, likeness: string, own: string): Promise<string> {
    for (;;) {
      const requestId = await this.inFlight.reserve(subjectId, likeness, own);
      if (requestId === own) return own;
      const { state } = await this.commands.load(rightsRequestDecider, requestId);
      if (state.status === 'none' || isOpen(state)) return requestId;
      await this.inFlight.replace(subjectId, likeness, requestId, own);
    }
  }
}
