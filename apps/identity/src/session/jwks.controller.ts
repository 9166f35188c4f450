import { jsonWebKeySet } from '@dittoo/platform';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { SigningKeys } from './signing-keys.js';

/** Publishes the public keys that verify access tokens. */
@ApiTags('Identity')
@Controller('.well-known/jwks.json')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get()
  @Header('cache-control', 'public, max-age=60')
  @ApiOkResponse(jsonWebKeySet)
  async published(): Promise<{ keys: JWK[] }> {
    return { keys: await this.keys.published() };
  }
}
