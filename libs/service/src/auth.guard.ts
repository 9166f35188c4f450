import { Clock, DomainError } from '@dittoo/kernel';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { freshKey, openKey, rolesKey, type Principal } from './caller.js';
import { TokenVerifier } from './token-verifier.js';

/** How long a password entry counts as fresh. */
const freshForMs = 5 * 60_000;

/** Verifies the access token where a route requires one; every service does it itself. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: TokenVerifier,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    const roles = this.reflector.getAllAndOverride<Principal['role'][] | undefined>(rolesKey, targets);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (roles === undefined) {
      const open = this.reflector.getAllAndOverride<boolean | undefined>(openKey, targets) === true;
      if (open && request.headers.authorization !== undefined) {
        request.principal = await this.tokens.verify(bearerOf(request));
      }
      return true;
    }
    const principal = await this.tokens.verify(bearerOf(request));
    if (roles.length > 0 && !roles.includes(principal.role)) throw new DomainError('not-allowed');
    if (this.reflector.getAllAndOverride<boolean | undefined>(freshKey, targets) === true) {
      const age = Date.parse(this.clock.now()) - Date.parse(principal.authenticatedAt);
      if (age > freshForMs) throw new DomainError('reauthentication-required');
    }
    request.principal = principal;
    return true;
  }
}

const bearerOf = (request: FastifyRequest): string => {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '')
    throw new DomainError('not-authenticated');
  return token;
};
