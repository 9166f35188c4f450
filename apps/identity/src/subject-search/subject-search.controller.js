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
import { DomainError, EventStore, streamName } from '@dittoo/kernel';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Controller, Get, Headers, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CustomerStanding } from '../customer/customer-standing.query.js';
import { EmailIndex } from '@dittoo/personal-data';
import { FindSubjectQuery, FoundSubjects } from './subject-search.http.js';
/** Finds a data subject for an officer; it stands here because the blind index does. Nothing is shown but the id. */
let SubjectSearchController = class SubjectSearchController {
  emails;
  customers;
  store;
  constructor(emails, customers, store) {
    this.emails = emails;
    this.customers = customers;
    this.store = store;
  }
  async find(query, auditPurpose) {
    if (auditPurpose === undefined || auditPurpose.trim() === '') throw new DomainError('audit-purpose-required');
    const { email, customerId, orderId } = query;
    if ([email, customerId, orderId].filter((key) => key !== undefined).length !== 1) {
      throw new DomainError('invalid-request', 'search by exactly one of email, customerId, orderId');
    }
    const subjectId = await this.subjectBy(query);
    return { items: subjectId === null ? [] : [{ subjectId }] };
  }
  async subjectBy({ email, customerId, orderId }) {
    if (email !== undefined) {
      const found = await this.emails.find(email);
      return found?.kind === 'customer' ? found.subjectId : null;
    }
    if (customerId !== undefined) return (await this.customers.exists(customerId)) ? customerId : null;
    for await (const { metadata } of this.store.readStream(streamName('order', orderId), { limit: 1 })) {
      return metadata.dataSubjectId;
    }
    return null;
  }
};
__decorate(
  [
    Get(),
    ApiHeader({ name: 'Audit-Purpose', required: true }),
    ApiOkResponse({ type: FoundSubjects }),
    __param(0, Query()),
    __param(1, Headers('audit-purpose')),
    __metadata('design:type', Function),
    __metadata('design:paramtypes', [FindSubjectQuery, Object]),
    __metadata('design:returntype', Promise),
  ],
  SubjectSearchController.prototype,
  'find',
  null,
);
SubjectSearchController = __decorate(
  [
    ApiTags('Compliance'),
    ApiBearerAuth(),
    SignedIn('complianceOfficer'),
    ApiProblems(400, 401, 403, 503),
    Controller('api/v1/audit/subjects'),
    __metadata('design:paramtypes', [EmailIndex, CustomerStanding, EventStore]),
  ],
  SubjectSearchController,
);
export { SubjectSearchController };
//# sourceMappingURL=subject-search.controller.js.map
