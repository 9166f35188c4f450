import { jsonWebKeySet } from '@dittoo/platform';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { ReceiptKeys } from './receipt-keys.js';

/** The public keys, so that anybody who is shown a receipt can check it without asking us about the person. */
@ApiTags('Consent and policy')
@Controller('.well-known/consent-receipt-keys.json')
export class ReceiptKeysController {
  constructor(private readonly keys: ReceiptKeys) {}

  @Get()
  @Header('cache-control', 'public, max-age=60')
  @ApiOkResponse(jsonWebKeySet)
  async published(): Promise<{ keys: JWK[] }> {
    return { keys: await this.keys.published() };
  }
}
