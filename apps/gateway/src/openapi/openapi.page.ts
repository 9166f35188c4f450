import type { OpenAPIObject } from '@nestjs/swagger';

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly security?: readonly unknown[];
  readonly responses?: Readonly<Record<string, unknown>>;
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The document as a page for people: every route by area. No script, nothing from elsewhere. */
export const openApiPage = (document: OpenAPIObject): string => {
  const areas = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>)) {
      const area = operation.tags?.[0] ?? 'Other';
      const row = `<tr><td><b>${escape(method.toUpperCase())}</b></td><td><code>${escape(path)}</code></td>
        <td>${operation.security === undefined ? 'anyone' : 'signed in'}</td>
        <td>${escape(
          Object.keys(operation.responses ?? {})
            .filter((s) => s !== 'default')
            .join(', '),
        )}</td></tr>`;
      areas.set(area, [...(areas.get(area) ?? []), row]);
    }
  }
  const sections = [...areas].map(
    ([area, rows]) => `<h2>${escape(area)}</h2><div class="wide"><table>
      <thead><tr><th>Method</th><th>Path</th><th>Who</th><th>Answers</th></tr></thead>
      <tbody>${rows.join('')}</tbody></table></div>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(document.info.title)} API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884}
</style></head><body><h1>${escape(document.info.title)} API</h1><p>${escape(document.info.description ?? '')}</p>
<p>Machine-readable: <a href="/api/v1/openapi.json">OpenAPI 3.1</a></p>${sections.join('')}</body></html>`;
};
