import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { SigningKeys } from './signing-keys.js';

/** The public keys, where every service and anybody else finds them. */
@ApiTags('Identity')
@Controller('.well-known/jwks.json')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get()
  @Header('cache-control', 'public, max-age=60')
  @ApiOkResponse({
    description: 'JSON Web Key Set, RFC 7517',
    schema: {
      type: 'object',
      required: ['keys'],
      properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: true } } },
    },
  })
  async published(): Promise<{ keys: JWK[] }> {
    return { keys: await this.keys.published() };
  }
}
