import type { OpenAPIObject } from '@nestjs/swagger';

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly security?: readonly unknown[];
  readonly responses?: Readonly<Record<string, unknown>>;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * The OpenAPI document as an HTML page: every route by area, readable on a phone too. No script and nothing loaded from
 * other hosts; links use the address in `servers`.
 */
export const openApiPage = (document: OpenAPIObject): string => {
  const base = (document.servers?.[0]?.url ?? '').replace(/\/+$/, '');
  const areas = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>)) {
      const area = operation.tags?.[0] ?? 'Other';
      const who = operation.security === undefined ? 'anyone' : 'signed in';
      const answers = Object.keys(operation.responses ?? {}).filter((status) => status !== 'default');
      // A long path may wrap after each of its segments.
      const shown = escape(path).replaceAll('/', '/<wbr>');
      const item = `<li><b>${escape(method.toUpperCase())}</b> <code>${shown}</code>
        <small>${who} · ${escape(answers.join(', '))}</small></li>`;
      areas.set(area, [...(areas.get(area) ?? []), item]);
    }
  }
  const sections = [...areas].map(([area, items]) => `<h2>${escape(area)}</h2><ul>${items.join('')}</ul>`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(document.info.title)} API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
ul{list-style:none;padding:0}li{padding:.4rem 0;border-bottom:1px solid #8884}b{display:inline-block;min-width:4.5rem}
small{display:block;opacity:.75}
</style></head><body><h1>${escape(document.info.title)} API</h1><p>${escape(document.info.description ?? '')}</p>
<p>At <code>${escape(base)}</code>. Machine-readable: <a href="${escape(base)}/api/v1/openapi.json">OpenAPI 3.1</a></p>${sections.join('')}</body></html>`;
};
