import { Injectable } from '@nestjs/common';
import { ContactDirectory } from '@dittoo/personal-data';
import { Customers } from '../person/customers.query.js';
import { SubjectEvents } from '../person/subject-events.query.js';
import type { CopiedSubject } from './access-copy.js';
import { LatestOfKind } from './latest-of-kind.js';

/** Whose events a copy contains: the person, and what the same person wrote without an account under a confirmed address. */
@Injectable()
export class CopiedPeople {
  constructor(
    private readonly events: SubjectEvents,
    private readonly customers: Customers,
    private readonly contacts: ContactDirectory,
  ) {}

  async of(subjectId: string): Promise<readonly [CopiedSubject, ...CopiedSubject[]]> {
    const contactId = await this.contactOf(subjectId);
    const own = await this.subject(subjectId);
    return contactId === null ? [own] : [own, await this.subject(contactId)];
  }

  /** An address that nobody has confirmed joins nothing: its owner may be another person. */
  private async contactOf(subjectId: string): Promise<string | null> {
    const address = await this.customers.address(subjectId);
    if (address?.confirmed !== true) return null;
    const contactId = await this.contacts.find(address.email);
    return contactId === subjectId ? null : contactId;
  }

  private async subject(subjectId: string): Promise<CopiedSubject> {
    const latest = new LatestOfKind();
    const life = await this.events.of(subjectId, (event) => latest.add(event));
    return { subjectId, life, latest: latest.events };
  }
}
