import { Clock, DomainError } from '@dittoo/kernel';
import { REGISTER } from '@dittoo/platform';
import { languages, policyDocument, type Register } from '@dittoo/processor-register';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { PolicyVersion } from './policy-version.entity.js';

/** Every version of the policy that was ever published, in the languages it was published in. */
@Injectable()
export class PolicyArchive implements OnApplicationBootstrap {
  private readonly logger = new Logger(PolicyArchive.name);

  constructor(
    @Inject(REGISTER) private readonly register: Register,
    @InjectRepository(PolicyVersion) private readonly versions: Repository<PolicyVersion>,
    private readonly clock: Clock,
  ) {}

  /** Publishes the register's version. A published version never changes: another text needs another version. */
  async onApplicationBootstrap(): Promise<void> {
    const { noticeVersion: version, digest } = this.register;
    const publishedAt = this.clock.now();
    const documents = Object.fromEntries(
      languages.map((lang) => [lang, policyDocument(this.register, { lang, at: publishedAt })]),
    );
    await this.versions
      .createQueryBuilder()
      .insert()
      .values({ version, digest, documents: JSON.parse(JSON.stringify(documents)), publishedAt: new Date(publishedAt) })
      .orIgnore()
      .execute();
    const kept = await this.published(version);
    if (kept.digest !== digest) {
      this.logger.warn(
        `policy version ${version} was published with another text: give the register a new noticeVersion`,
      );
    }
  }

  /** @throws DomainError `unknown-notice-version` */
  async published(version: string): Promise<PolicyVersion> {
    const found = await this.versions.findOneBy({ version });
    if (found === null) throw new DomainError('unknown-notice-version');
    return found;
  }
}
