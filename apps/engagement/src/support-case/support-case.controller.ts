import { derivedId, DomainError, type Uuid } from '@dittoo/kernel';
import { ContactDirectory } from '@dittoo/personal-data';
import {
  ApiProblems,
  commandContext,
  Commands,
  FromCaller,
  FromPrincipal,
  Idempotent,
  idParam,
  refuseCardNumbers,
  SignedIn,
  SignedInOrNot,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiNoContentResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { supportCaseDecider, type SupportCaseCommand } from './support-case.decider.js';
import { OpenedSupportCase, SupportCaseBody, SupportMessageBody } from './support-case.http.js';

/**
 * Support cases, with or without sign-in. Without it the writer is the contact with the entered address, never a
 * customer who may have the same one: anyone can enter an address.
 */
@ApiTags('Engagement')
@ApiBearerAuth()
@Controller('api/v1/support-cases')
export class SupportCaseController {
  constructor(
    private readonly commands: Commands,
    private readonly contacts: ContactDirectory,
  ) {}

  @Post()
  @SignedInOrNot()
  @Idempotent()
  @ApiCreatedResponse({ type: OpenedSupportCase })
  @ApiProblems(400, 401, 409, 410, 413, 415, 422, 503)
  async open(
    @FromCaller() caller: Caller,
    @Body() { body, email, locale: language = 'sv', orderId = null, subject }: SupportCaseBody,
  ): Promise<OpenedSupportCase> {
    refuseCardNumbers(subject, body);
    const { principal } = caller;
    const subjectId = principal?.role === 'customer' ? principal.subjectId : await this.contacts.findOrAdd(email);
    const caseId = derivedId('supportCase', caller.commandId);
    const command = { type: 'OpenCase', channel: 'form', email, subject, body, orderId, language } as const;
    await this.commands.begin(supportCaseDecider, caseId, command, commandContext(caller, subjectId));
    return { caseId };
  }

  @Post(':id/messages')
  @HttpCode(204)
  @SignedIn('customer')
  @Idempotent()
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiNoContentResponse()
  @ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
  async write(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { body }: SupportMessageBody,
  ): Promise<void> {
    refuseCardNumbers(body);
    if ((await this.writerOf(id)) !== subjectId) throw new DomainError('not-found');
    await this.tell(id, caller, { type: 'AddMessage', channel: 'form', body });
  }

  @Post(':id/replies')
  @HttpCode(204)
  @SignedIn('staff', 'complianceOfficer')
  @Idempotent()
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiNoContentResponse()
  @ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
  async reply(
    @FromCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { body }: SupportMessageBody,
  ): Promise<void> {
    refuseCardNumbers(body);
    await this.tell(id, caller, { type: 'Reply', body });
  }

  @Post(':id/closure')
  @HttpCode(204)
  @SignedIn('staff', 'complianceOfficer')
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiNoContentResponse()
  @ApiProblems(401, 403, 404, 409, 503)
  async close(@FromCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.tell(id, caller, { type: 'CloseCase', by: 'staff' });
  }

  private async tell(id: string, caller: Caller, command: SupportCaseCommand): Promise<void> {
    const writer = await this.writerOf(id);
    await this.commands.execute(supportCaseDecider, idParam(id), command, commandContext(caller, writer));
  }

  private async writerOf(id: string): Promise<Uuid> {
    const { history } = await this.commands.load(supportCaseDecider, idParam(id));
    const writer = history[0]?.recorded.metadata.dataSubjectId;
    if (writer == null) throw new DomainError('not-found');
    return writer;
  }
}
