import { DomainError, EventStore, streamName } from '@dittoo/kernel';
import { ContactDirectory, EmailIndex } from '@dittoo/personal-data';
import {
  ApiProblems,
  commandContext,
  Commands,
  containsCardNumber,
  FromCaller,
  FromPrincipal,
  SignedIn,
  type Caller,
  type Principal,
} from '@dittoo/service';
import { Controller, Get, Headers, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CustomerStanding } from '../customer/customer-standing.query.js';
import { SubjectIndex, type SubjectKind } from './subject-index.js';
import { subjectSearchDecider, type RecordSearch } from './subject-search.decider.js';
import { FindSubjectQuery, FoundSubjects } from './subject-search.http.js';

/**
 * Finds people for an officer, with and without an account; here because identity has the blind indexes. Only ids and
 * kinds are returned, and the search is recorded before the answer. Dies in between: a search is recorded that nobody saw
 * the answer of, never the other way round.
 */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 503)
@Controller('api/v1/audit/subjects')
export class SubjectSearchController {
  constructor(
    private readonly emails: EmailIndex,
    private readonly contacts: ContactDirectory,
    private readonly index: SubjectIndex,
    private readonly customers: CustomerStanding,
    private readonly commands: Commands,
    private readonly store: EventStore,
  ) {}

  @Get()
  @ApiHeader({ name: 'Audit-Purpose', required: true })
  @ApiOkResponse({ type: FoundSubjects })
  async find(
    @Query() query: FindSubjectQuery,
    @Headers('audit-purpose') header: string | undefined,
    @FromPrincipal() { subjectId: officerId }: Principal,
    @FromCaller() caller: Caller,
  ): Promise<FoundSubjects> {
    const auditPurpose = purposeIn(header);
    const by = searchedBy(query);
    const found = [...new Set(await this.subjectsBy(by, query[by]!))];
    const search: RecordSearch = { by, found, auditPurpose };
    await this.commands.execute(subjectSearchDecider, officerId, search, commandContext(caller, officerId));
    const items = await Promise.all(
      found.map(async (subjectId) => (await this.kindsOf(subjectId, by)).map((kind) => ({ subjectId, kind }))),
    );
    return { items: items.flat(), severalSubjects: found.length > 1 };
  }

  /** The stream says at once who is a customer; the index follows. */
  private async kindsOf(subjectId: string, by: RecordSearch['by']): Promise<SubjectKind[]> {
    if (await this.customers.exists(subjectId)) return ['customer'];
    const known = await this.index.kindsOf(subjectId);
    if (known.length > 0) return known;
    return [by === 'orderId' ? 'guest' : 'contact'];
  }

  private async subjectsBy(by: RecordSearch['by'], value: string): Promise<string[]> {
    switch (by) {
      case 'email': {
        const [indexed, contactId] = await Promise.all([this.emails.find(value), this.contacts.find(value)]);
        return [
          ...(indexed?.kind === 'customer' ? [indexed.subjectId] : []),
          ...(contactId === null ? [] : [contactId]),
        ];
      }
      case 'phone':
        return this.index.byPhone(value);
      case 'customerId':
        return (await this.customers.exists(value.toLowerCase())) ? [value.toLowerCase()] : [];
      case 'orderId':
        for await (const { metadata } of this.store.readStream(streamName('order', value.toLowerCase()), { limit: 1 }))
          return metadata.dataSubjectId === null ? [] : [metadata.dataSubjectId];
        return [];
    }
  }
}

const keys = ['email', 'phone', 'customerId', 'orderId'] as const;

/** @throws DomainError `invalid-request` */
const searchedBy = (query: FindSubjectQuery): RecordSearch['by'] => {
  const [by, ...more] = keys.filter((key) => query[key] !== undefined);
  if (by === undefined || more.length > 0)
    throw new DomainError('invalid-request', 'search by exactly one of email, phone, customerId, orderId');
  return by;
};

/** @throws DomainError `audit-purpose-required` */
const purposeIn = (header = ''): string => {
  // Node reads header bytes as Latin-1; browsers and most clients send UTF-8.
  const purpose = Buffer.from(header, 'latin1').toString('utf8').trim();
  if (purpose === '' || purpose.length > 500) throw new DomainError('audit-purpose-required');
  if (containsCardNumber(purpose)) throw new DomainError('card-number-refused');
  return purpose;
};
