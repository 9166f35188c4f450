import { DomainError } from '@dittoo/kernel';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';

/**
 * A route that declares no query takes none: a misspelt filter would otherwise be answered as if it had been applied. A
 * route that declares one has it checked by its class.
 */
@Injectable()
export class UndeclaredQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    if (Object.keys(query ?? {}).length === 0 || declaresQuery(context)) return true;
    throw new DomainError('unknown-field', undefined, [{ field: '(query)', message: 'this route takes no query' }]);
  }
}

const declaresQuery = (context: ExecutionContext): boolean => {
  const args: object = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ?? {};
  return Object.keys(args).some((key) => Number(key.split(':')[0]) === RouteParamtypes.QUERY);
};
