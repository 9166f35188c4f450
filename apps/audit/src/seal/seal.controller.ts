import { Readable } from 'node:stream';
import { DomainError } from '@dittoo/kernel';
import { ApiProblems, SignedIn } from '@dittoo/service';
import { Controller, Get, Header, HttpCode, Inject, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AUDIT_CONFIG, type AuditConfig } from '../audit.config.js';
import { consistencyRanges, inclusionRanges } from '../merkle/proof.js';
import { Bundle } from './bundle.query.js';
import {
  ConsistencyAnswer,
  ConsistencyQuery,
  InclusionAnswer,
  InclusionQuery,
  VerificationAnswer,
} from './seal.http.js';
import { SealStore, type SignedTreeHead } from './seal-store.js';
import { Verification } from './verification.query.js';

const base64 = (hash: Buffer): string => hash.toString('base64');

/** The signed tree head, its proofs, verification and the bundle. */
@ApiTags('Compliance')
@ApiBearerAuth()
@SignedIn('complianceOfficer')
@ApiProblems(400, 401, 403, 404, 409, 503)
@Controller('api/v1/audit')
export class SealController {
  constructor(
    private readonly seal: SealStore,
    private readonly verification: Verification,
    private readonly bundles: Bundle,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
  ) {}

  @Get('checkpoint')
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  async checkpoint(): Promise<string> {
    return (await this.lastHead()).note;
  }

  @Get('proofs/inclusion')
  @ApiOkResponse({ type: InclusionAnswer })
  async inclusion(@Query() { eventId }: InclusionQuery): Promise<InclusionAnswer> {
    const [leaf, head] = [await this.seal.leafOf(eventId), await this.lastHead()];
    if (leaf === null) throw new DomainError('not-found');
    if (leaf.index >= head.size) throw new DomainError('not-sealed-yet');
    const hashes = await this.seal.roots(inclusionRanges(leaf.index, head.size));
    return {
      eventId,
      leafIndex: leaf.index,
      leafHash: base64(leaf.hash),
      treeSize: head.size,
      rootHash: base64(head.root),
      hashes: hashes.map(base64),
      checkpoint: head.note,
    };
  }

  @Get('proofs/consistency')
  @ApiOkResponse({ type: ConsistencyAnswer })
  async consistency(@Query() { from, to }: ConsistencyQuery): Promise<ConsistencyAnswer> {
    const head = await this.lastHead();
    if (to > head.size) throw invalid('to', `is more than the ${head.size} events under the last tree head`);
    if (from > to) throw invalid('from', 'is more than to');
    const [fromRoot, toRoot] = await this.seal.roots([
      { begin: 0, end: from },
      { begin: 0, end: to },
    ]);
    const hashes = await this.seal.roots(consistencyRanges(from, to));
    return { from, to, fromRootHash: base64(fromRoot!), toRootHash: base64(toRoot!), hashes: hashes.map(base64) };
  }

  /** Reads the whole log again, which may take minutes. */
  @Post('verifications')
  @HttpCode(200)
  @ApiOkResponse({ type: VerificationAnswer })
  async verify(): Promise<VerificationAnswer> {
    const { rootHash, ...result } = await this.verification.verify();
    return { ...result, rootHash: base64(rootHash) };
  }

  /** The whole sealed log, for `npm run verify -- <file>`. */
  @Get('bundle')
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  bundle(): StreamableFile {
    return new StreamableFile(Readable.from(this.bundles.lines()), {
      type: 'application/x-ndjson',
      disposition: 'attachment; filename="audit-bundle.ndjson"',
    });
  }

  private async lastHead(): Promise<SignedTreeHead> {
    const head = await this.seal.lastHead(this.config.origin);
    if (head === null) throw new DomainError('temporarily-unavailable'); // the first second of the first start
    return head;
  }
}

const invalid = (field: string, message: string): DomainError =>
  new DomainError('invalid-field', undefined, [{ field, message }]);
