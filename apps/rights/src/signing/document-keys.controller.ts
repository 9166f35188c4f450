import { jsonWebKeySet } from '@dittoo/platform';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { DocumentKeys } from './document-keys.js';

/** The public keys, by which a copy or a certificate can be verified without naming the person. */
@ApiTags('Rights')
@Controller('.well-known/document-keys.json')
export class DocumentKeysController {
  constructor(private readonly keys: DocumentKeys) {}

  @Get()
  @Header('cache-control', 'public, max-age=60')
  @ApiOkResponse(jsonWebKeySet)
  async published(): Promise<{ keys: JWK[] }> {
    return { keys: await this.keys.published() };
  }
}
