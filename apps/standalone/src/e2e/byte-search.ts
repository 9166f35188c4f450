import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Hit {
  readonly file: string;
  readonly value: string;
  readonly encoding: string;
}

/** The forms a value could have on disk: plain, hex, UTF-16, and base64 at each of its three alignments. */
const formsOf = (value: string): (readonly [string, Buffer])[] => {
  const bytes = Buffer.from(value, 'utf8');
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The first and last characters also depend on the neighbours: leave them out.
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  return [
    ['utf8', bytes],
    ['utf16', Buffer.from(value, 'utf16le')],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ...base64.filter((text) => text.length >= 8).map((text) => ['base64', Buffer.from(text)] as const),
  ];
};

/**
 * Searches every byte of every file below `directories` for every value. Yields between files, so that connections
 * closed meanwhile are noticed.
 */
export const searchBytes = async (
  directories: readonly string[],
  values: readonly string[],
): Promise<{ readonly hits: Hit[]; readonly files: number; readonly bytes: number }> => {
  const forms = values.flatMap((value) => formsOf(value).map(([encoding, bytes]) => ({ value, encoding, bytes })));
  const hits: Hit[] = [];
  let files = 0;
  let bytes = 0;
  const paths = directories.flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)),
  );
  for (const path of paths) {
    let content: Buffer;
    try {
      if (!statSync(path).isFile()) continue;
      content = await readFile(path);
    } catch {
      continue; // removed meanwhile, as WAL segments and temporary files are
    }
    files++;
    bytes += content.length;
    for (const form of forms) {
      if (content.includes(form.bytes)) hits.push({ file: path, value: form.value, encoding: form.encoding });
    }
  }
  return { hits, files, bytes };
};

/** The same in a text. */
export const searchText = (text: string, values: readonly string[]): string[] =>
  values.filter((value) => text.includes(value));
