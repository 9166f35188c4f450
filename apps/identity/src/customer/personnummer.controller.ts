import { Clock, DomainError } from '@dittoo/kernel';
import { maskedPersonnummer } from '@dittoo/personal-data';
import {
  ApiProblems,
  commandContext,
  Commands,
  FreshlyAuthenticated,
  FromCaller,
  FromPrincipal,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Body, Controller, Delete, Get, HttpCode, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Customer } from './customer.js';
import { customerDecider } from './customer.decider.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';
import { readPersonnummer } from './personnummer-input.js';
import { MaskedPersonnummer, RevealedPersonnummer, RevealPersonnummerBody } from './personnummer.http.js';
import { legible, standingProfile } from './profile.query.js';
import { PersonnummerBody } from './registration.http.js';
import { refuseCardNumbers } from '@dittoo/service';

/**
 * A customer's own personnummer: masked, shown in full only for a stated purpose, and never recorded without a legal
 * ground.
 */
@ApiTags('Identity')
@ApiBearerAuth()
@SignedIn('customer')
@ApiProblems(400, 401, 403, 404, 409, 410, 413, 415, 422, 503)
@Controller('api/v1/me/personnummer')
export class PersonnummerController {
  constructor(
    private readonly commands: Commands,
    private readonly consent: PersonnummerConsent,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOkResponse({ type: MaskedPersonnummer })
  async masked(@FromPrincipal() { subjectId }: Principal): Promise<MaskedPersonnummer> {
    const { state } = await this.commands.load(customerDecider, subjectId);
    return maskedAnswer(state);
  }

  /** The reveal is appended before the number is shown. */
  @Post('reveal')
  @HttpCode(200)
  @FreshlyAuthenticated()
  @ApiOkResponse({ type: RevealedPersonnummer })
  async reveal(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() { purpose }: RevealPersonnummerBody,
  ): Promise<RevealedPersonnummer> {
    refuseCardNumbers(purpose);
    const consentStands = await this.consent.stands(subjectId);
    const command = { type: 'RevealPersonnummer', purpose, consentStands } as const;
    const context = commandContext(caller, subjectId);
    const { state } = await this.commands.execute(customerDecider, subjectId, command, context);
    return { number: legible(recordedNumber(state).number) };
  }

  @Put()
  @ApiOkResponse({ type: MaskedPersonnummer })
  async record(
    @FromPrincipal() { subjectId }: Principal,
    @FromCaller() caller: Caller,
    @Body() body: PersonnummerBody,
  ): Promise<MaskedPersonnummer> {
    const number = readPersonnummer(body.number, this.clock.now(), 'number');
    const { ground } = body;
    const consentGiven = ground === 'consent' && (await this.consent.stands(subjectId));
    const command = { type: 'RecordPersonnummer', number, ground, consentGiven } as const;
    const context = commandContext(caller, subjectId);
    return maskedAnswer((await this.commands.execute(customerDecider, subjectId, command, context)).state);
  }

  /** From here on the number is not used; rights destroys its key as soon as no duty to keep it remains. */
  @Delete()
  @HttpCode(204)
  @ApiNoContentResponse()
  async remove(@FromPrincipal() { subjectId }: Principal, @FromCaller() caller: Caller): Promise<void> {
    const command = { type: 'RemovePersonnummer' } as const;
    await this.commands.execute(customerDecider, subjectId, command, commandContext(caller, subjectId));
  }
}

const recordedNumber = (customer: Customer) => {
  const { personnummer } = standingProfile(customer);
  if (personnummer === null) throw new DomainError('not-found');
  return personnummer;
};

const maskedAnswer = (customer: Customer): MaskedPersonnummer => {
  const { ground, number } = recordedNumber(customer);
  return { number: maskedPersonnummer(legible(number)), ground };
};
