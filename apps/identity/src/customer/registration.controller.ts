import { Clock, derivedId, readable, type SubjectId } from '@dittoo/kernel';
import { normalizedEmail } from '@dittoo/personal-data';
import { REGISTER } from '@dittoo/platform';
import type { Register } from '@dittoo/processor-register';
import { DomainError } from '@dittoo/kernel';
import {
  ApiProblems,
  commandContext,
  Commands,
  evenlyTimed,
  FromCaller,
  Idempotent,
  type Caller,
} from '@dittoo/service';
import { Body, Controller, Inject, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { EmailIndex, type IndexedEmail } from '@dittoo/personal-data';
import { Passwords } from '../password/passwords.js';
import { profileOf } from './customer.js';
import { customerDecider, type Registration } from './customer.decider.js';
import { readPersonnummer } from './personnummer-input.js';
import { RegisterCustomerBody, RegisteredCustomer } from './registration.http.js';
import { refuseCardNumbersOf } from '@dittoo/service';

/** How old a reservation must be before its registration counts as abandoned. */
const abandonedAfterMs = 10_000;

/**
 * Registration: reserve the e-mail -> one append to `dataSubject-<id>`.
 *
 * For an e-mail in use the answer is the same; only its owner is told. Dies between reservation and append: the same
 * Idempotency-Key continues with the reservation, and another registration takes it over a little later; a slow first
 * registration is refused after that, because its stream was closed before the takeover.
 */
@ApiTags('Identity')
@ApiProblems(400, 409, 413, 415, 422, 503)
@Controller('api/v1/customers')
export class RegistrationController {
  constructor(
    private readonly commands: Commands,
    private readonly emails: EmailIndex,
    private readonly passwords: Passwords,
    private readonly clock: Clock,
    @Inject(REGISTER) private readonly register: Register,
  ) {}

  @Post()
  @Idempotent()
  @ApiCreatedResponse({ type: RegisteredCustomer })
  create(@Body() body: RegisterCustomerBody, @FromCaller() caller: Caller): Promise<RegisteredCustomer> {
    return evenlyTimed(async () => {
      const customerId = derivedId('customer', caller.commandId);
      const command = await this.registration(body);
      customerDecider.decide(command, customerDecider.initialState); // a refused registration reserves nothing
      const owner = await this.ownerOf(body.email, customerId, caller);
      const context = commandContext(caller, owner.subjectId, body.noticeVersion);
      if (owner.subjectId === customerId) {
        await this.commands.begin(customerDecider, customerId, command, context);
      } else if (owner.kind === 'customer') {
        const { noticeVersion } = body;
        const repeat = { type: 'RepeatRegistration', noticeVersion } as const;
        const actor = { kind: 'system', id: 'anonymous' } as const;
        await this.commands.execute(customerDecider, owner.subjectId, repeat, { ...context, actor });
      }
      return { customerId };
    });
  }

  private async registration(body: RegisterCustomerBody): Promise<Registration> {
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
    };
  }

  /** Who owns the address: this registration or an earlier customer. */
  private async ownerOf(email: string, customerId: SubjectId, caller: Caller): Promise<IndexedEmail> {
    for (;;) {
      const owner = await this.emails.reserve(email, customerId, 'customer');
      if (owner.subjectId === customerId || !(await this.cameToNothing(owner, email, caller))) return owner;
      await this.emails.takeOver(email, owner.subjectId, customerId);
    }
  }

  private async cameToNothing(owner: IndexedEmail, email: string, caller: Caller): Promise<boolean> {
    if (owner.kind !== 'customer') return false;
    const { state } = await this.commands.load(customerDecider, owner.subjectId);
    if (Date.parse(this.clock.now()) - Date.parse(owner.reservedAt) < abandonedAfterMs) return false;
    if (state.status === 'none') {
      const abandon = { type: 'AbandonRegistration' } as const;
      const context = { ...commandContext(caller, null), causationId: derivedId('abandon', owner.subjectId) };
      const { state: after } = await this.commands.execute(customerDecider, owner.subjectId, abandon, context);
      return after.status === 'abandoned';
    }
    const used = readable(profileOf(state)?.email, null);
    return used === null || normalizedEmail(used) !== normalizedEmail(email);
  }
}
