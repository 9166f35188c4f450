/** Promised: a link from one document of this repository to a file in it leads there. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';

const documents = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).trim().split('\n');

it('every relative link leads to a file', () => {
  const links = documents.flatMap((document) =>
    [...readFileSync(document, 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(([, path = '']) => ({
      document,
      path,
    })),
  );
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter(({ document, path }) => !existsSync(join(dirname(document), path)))).toEqual([]);
});
