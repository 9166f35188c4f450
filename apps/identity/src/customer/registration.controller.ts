import { Clock, derivedId, DomainError, type SubjectId } from '@dittoo/kernel';
import { EmailIndex, mailedCode } from '@dittoo/personal-data';
import { LOGGER, REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import {
  ApiProblems,
  commandContext,
  Commands,
  evenlyTimed,
  FromCaller,
  Idempotent,
  refuseCardNumbersOf,
  type Caller,
} from '@dittoo/service';
import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import type { Logger } from 'pino';
import { Passwords } from '../password/passwords.js';
import { Addresses } from './addresses.js';
import { customerDecider, type Registration } from './customer.decider.js';
import { EmailTokens } from './email-tokens.js';
import { readPersonnummer } from './personnummer-input.js';
import { RegisterCustomerBody, RegisteredCustomer } from './registration.http.js';

/** It is not known yet whether the owner of the address typed it. */
const nobodyKnown = { kind: 'system', id: 'anonymous' } as const;
/** How long a registration can be confirmed. */
const confirmableForMs = 48 * 3_600_000;

/**
 * Registration: hash the password -> note who waits for the address -> one append of the form. Nobody is a customer and
 * nothing is reserved until the mailed link or code comes back (`EmailConfirmations`); until then any number of
 * registrations of one address wait side by side.
 *
 * For an address in use the answer is the same, after the same time; only its owner is told. Dies before the append: no
 * mail is sent, and the same call can be repeated.
 */
@ApiTags('Identity')
@ApiProblems(400, 409, 413, 415, 422, 503)
@Controller('api/v1/customers')
export class RegistrationController {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly addresses: Addresses,
    private readonly tokens: EmailTokens,
    private readonly passwords: Passwords,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post()
  @Idempotent()
  @ApiCreatedResponse({ type: RegisteredCustomer })
  create(@Body() body: RegisterCustomerBody, @FromCaller() caller: Caller): Promise<RegisteredCustomer> {
    return evenlyTimed(async () => {
      const customerId = derivedId('customer', caller.commandId);
      const command = await this.registration(body, customerId);
      customerDecider.decide(command, customerDecider.initialState); // what is refused is refused for every address
      const owner = await this.addresses.ownerOf(body.email);
      if (owner === null) await this.receive(customerId, body, command, caller);
      else if (owner.kind === 'customer') await this.repeat(owner.subjectId, body, caller);
      return { customerId };
    });
  }

  private async receive(
    customerId: SubjectId,
    { email, noticeVersion }: RegisterCustomerBody,
    command: Registration,
    caller: Caller,
  ): Promise<void> {
    if (await this.emails.awaits(email, customerId, command.question.expiresAt)) {
      await this.commands.begin(customerDecider, customerId, command, {
        ...commandContext(caller, customerId, noticeVersion),
        actor: nobodyKnown,
      });
    } else {
      // The mailbox holds the mails of this hour; one more registration would only be one more to wait for nothing.
      this.logger.info({ customerId }, 'registration.too-many-for-this-address');
    }
  }

  private async repeat(owner: SubjectId, { noticeVersion }: RegisterCustomerBody, caller: Caller): Promise<void> {
    const repeat = { type: 'RepeatRegistration', noticeVersion } as const;
    const context = { ...commandContext(caller, owner, noticeVersion), actor: nobodyKnown };
    await this.commands.execute(customerDecider, owner, repeat, context);
  }

  private async registration(body: RegisterCustomerBody, customerId: SubjectId): Promise<Registration> {
    const { noticeVersion: version, digest } = this.register;
    if (body.noticeVersion !== version) throw new DomainError('unknown-notice-version');
    const { address, consents, email, familyName, givenName, locale = 'sv', personnummer, phone } = body;
    refuseCardNumbersOf(body);
    const number =
      personnummer == null ? null : readPersonnummer(personnummer.number, this.clock.now(), 'personnummer.number');
    const passwordHash = await this.passwords.hash(body.password);
    return {
      type: 'Register',
      person: {
        givenName,
        familyName,
        email,
        phone: phone ?? null,
        address: address == null ? null : { ...address },
        passwordHash,
        locale,
      },
      notice: { version, digest },
      choices: consents === undefined ? null : consents.map(({ purpose, given }) => ({ purpose, given })),
      personnummer: personnummer == null || number === null ? null : { number, ground: personnummer.ground },
      question: {
        token: this.tokens.issue(customerId),
        code: mailedCode(),
        expiresAt: new Date(Date.parse(this.clock.now()) + confirmableForMs).toISOString(),
      },
    };
  }
}
