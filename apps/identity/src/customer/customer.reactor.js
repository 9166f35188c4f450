var __decorate =
  (this && this.__decorate) ||
  function (decorators, target, key, desc) {
    var c = arguments.length,
      r = c < 3 ? target : desc === null ? (desc = Object.getOwnPropertyDescriptor(target, key)) : desc,
      d;
    if (typeof Reflect === 'object' && typeof Reflect.decorate === 'function')
      r = Reflect.decorate(decorators, target, key, desc);
    else
      for (var i = decorators.length - 1; i >= 0; i--)
        if ((d = decorators[i])) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return (c > 3 && r && Object.defineProperty(target, key, r), r);
  };
var __metadata =
  (this && this.__metadata) ||
  function (k, v) {
    if (typeof Reflect === 'object' && typeof Reflect.metadata === 'function') return Reflect.metadata(k, v);
  };
var __param =
  (this && this.__param) ||
  function (paramIndex, decorator) {
    return function (target, key) {
      decorator(target, key, paramIndex);
    };
  };
import { asRecorded, isErased, readable, Sealer } from '@dittoo/kernel';
import { EmailIndex } from '@dittoo/personal-data';
import { causedBy, Commands } from '@dittoo/service';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { customerDecider } from './customer.decider.js';
import { profileOf } from './customer.js';
import { PersonnummerConsent } from './personnummer-consent.query.js';
const group = 'identity.customers';
/**
 * What rights decided about a person -> what it means for their account.
 *
 * Dies between append and checkpoint: the event comes again, the stream already holds its answer.
 */
let CustomerReactor = class CustomerReactor {
  commands;
  sealer;
  consent;
  emails;
  constructor(commands, sealer, consent, emails) {
    this.commands = commands;
    this.sealer = sealer;
    this.consent = consent;
    this.emails = emails;
  }
  /** The fence: nothing personal is recorded from here on. Rights waits for `AccountClosed` before it destroys keys. */
  async erasureRequested(event) {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const command = { type: 'CloseAccount', requestId: event.data.requestId };
    await this.commands.execute(customerDecider, subjectId, command, causedBy(event, group));
  }
  async correctionDecided(event) {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const [opened] = await this.sealer.open([asRecorded(event)]);
    const changes = opened?.event.data.changes;
    if (changes === undefined || isErased(changes)) return;
    const { state } = await this.commands.load(customerDecider, subjectId);
    if (state.status !== 'registered') return;
    const context = { ...causedBy(event, group), actor: event.metadata.actor };
    await this.commands.execute(customerDecider, subjectId, { type: 'RectifyProfile', changes }, context);
  }
  async personnummerGroundEnded(event) {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const consentStands = await this.consent.stands(subjectId);
    const command = { type: 'EndPersonnummer', ...event.data, consentStands };
    await this.commands.execute(customerDecider, subjectId, command, causedBy(event, group));
  }
  /** Lets go of the old address where the confirmation died before it could. Repeating it changes nothing. */
  async emailRectified(event) {
    const subjectId = event.metadata.dataSubjectId;
    if (subjectId === null) return;
    const { state } = await this.commands.load(customerDecider, subjectId);
    const email = readable(profileOf(state)?.email, null);
    if (email !== null) await this.emails.keepOnly(subjectId, email);
  }
};
__decorate(
  [
    EventPattern('ErasureRequested', { group }),
    __param(0, Payload()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  CustomerReactor.prototype,
  'erasureRequested',
  null,
);
__decorate(
  [
    EventPattern('CorrectionDecided', { group }),
    __param(0, Payload()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  CustomerReactor.prototype,
  'correctionDecided',
  null,
);
__decorate(
  [
    EventPattern('PersonnummerGroundEnded', { group }),
    __param(0, Payload()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  CustomerReactor.prototype,
  'personnummerGroundEnded',
  null,
);
__decorate(
  [
    EventPattern('EmailRectified', { group }),
    __param(0, Payload()),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [Object]),
    __metadata('design:returntype', Promise),
  ],
  CustomerReactor.prototype,
  'emailRectified',
  null,
);
CustomerReactor = __decorate(
  [Controller(), __metadata('design:paramtypes', [Commands, Sealer, PersonnummerConsent, EmailIndex])],
  CustomerReactor,
);
export { CustomerReactor };
//# sourceMappingURL=customer.reactor.js.map
