import { jsonWebKeySet } from '@dittoo/platform';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { ReceiptKeys } from './receipt-keys.js';

/** Publishes the public keys, so that anyone with a receipt can verify it without naming the person to the shop. */
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
