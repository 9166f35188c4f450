import { DomainError, EventStore, streamName } from '@dittoo/kernel';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Controller, Get, Headers, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CustomerStanding } from '../customer/customer-standing.query.js';
import { EmailIndex } from '@dittoo/personal-data';
import { FindSubjectQuery, FoundSubjects } from './subject-search.http.js';

/** Finds a data subject for an officer; here because identity has the blind index. Only the id is returned. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 503)
@Controller('api/v1/audit/subjects')
export class SubjectSearchController {
  constructor(
    private readonly emails: EmailIndex,
    private readonly customers: CustomerStanding,
    private readonly store: EventStore,
  ) {}

  @Get()
  @ApiHeader({ name: 'Audit-Purpose', required: true })
  @ApiOkResponse({ type: FoundSubjects })
  async find(
    @Query() query: FindSubjectQuery,
    @Headers('audit-purpose') auditPurpose: string | undefined,
  ): Promise<FoundSubjects> {
    if (auditPurpose === undefined || auditPurpose.trim() === '') throw new DomainError('audit-purpose-required');
    const { email, customerId, orderId } = query;
    if ([email, customerId, orderId].filter((key) => key !== undefined).length !== 1) {
      throw new DomainError('invalid-request', 'search by exactly one of email, customerId, orderId');
    }
    const subjectId = await this.subjectBy(query);
    return { items: subjectId === null ? [] : [{ subjectId }] };
  }

  private async subjectBy({ email, customerId, orderId }: FindSubjectQuery): Promise<string | null> {
    if (email !== undefined) {
      const found = await this.emails.find(email);
      return found?.kind === 'customer' ? found.subjectId : null;
    }
    if (customerId !== undefined) return (await this.customers.exists(customerId)) ? customerId : null;
    for await (const { metadata } of this.store.readStream(streamName('order', orderId!), { limit: 1 })) {
      return metadata.dataSubjectId;
    }
    return null;
  }
}
