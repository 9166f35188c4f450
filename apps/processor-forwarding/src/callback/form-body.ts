import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

/** Processors post forms to the callbacks, and nobody else does anywhere else. */
@Injectable()
export class CallbackForms implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const form = 'application/x-www-form-urlencoded';
    if (fastify.hasContentTypeParser(form)) return;
    fastify.addContentTypeParser(form, { parseAs: 'string' }, (request, body, done) => {
      if (request.url.startsWith('/api/v1/callbacks/')) return done(null, { ...formOf(String(body)) });
      return done(Object.assign(new Error('not here'), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE', statusCode: 415 }));
    });
  }
}

/** The fields that are read; what else a form says is not looked at. */
const formOf = (body: string): { readonly checkoutId?: string } => {
  const checkoutId = new URLSearchParams(body).get('checkoutId');
  return checkoutId === null ? {} : { checkoutId };
};
