import { ownDocumentPath } from '@dittoo/platform';
import type { OpenAPIObject } from '@nestjs/swagger';
import { routes } from './route-table.js';
import type { Upstream } from './upstream.js';
import type { Upstreams } from './upstreams.js';

const askAgainAfterMs = 60_000;
const patienceMs = 5_000;

/** `/api/v1/me/requests/:id` as OpenAPI writes it. */
const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

const passing = new Set(routes.map(({ method, path }) => `${method} ${templateOf(path)}`));

/** Joins the services' documents into one: their routes that the gateway proxies, and all of the gateway's own. */
export const joined = (own: OpenAPIObject, others: readonly OpenAPIObject[]): OpenAPIObject => {
  const paths: Record<string, object> = { ...own.paths };
  const schemas: Record<string, object> = { ...own.components?.schemas };
  for (const document of others) {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations as Record<string, object>)) {
        if (passing.has(`${method.toUpperCase()} ${path}`)) paths[path] = { ...paths[path], [method]: operation };
      }
    }
    Object.assign(schemas, document.components?.schemas);
  }
  return { ...own, paths, components: { ...own.components, schemas } } as OpenAPIObject;
};

/**
 * Fetches the documents on request. For an unreachable service the last document is used; if one never answered, the
 * joined document is unavailable, because one that lacks routes would be wrong.
 */
export class JoinedOpenApi {
  private readonly known = new Map<Upstream, { readonly document: OpenAPIObject; readonly at: number }>();

  constructor(
    private readonly own: () => OpenAPIObject,
    private readonly upstreams: Upstreams,
  ) {}

  /** @throws DomainError `temporarily-unavailable` */
  async document(): Promise<OpenAPIObject> {
    return joined(this.own(), await Promise.all(this.upstreams.all.map((upstream) => this.documentOf(upstream))));
  }

  private async documentOf(upstream: Upstream): Promise<OpenAPIObject> {
    const known = this.known.get(upstream);
    if (known !== undefined && performance.now() - known.at < askAgainAfterMs) return known.document;
    try {
      const document = (await upstream.json({ method: 'GET', path: ownDocumentPath, patienceMs })) as OpenAPIObject;
      this.known.set(upstream, { document, at: performance.now() });
      return document;
    } catch (error) {
      if (known === undefined) throw error;
      return known.document;
    }
  }
}
