import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

/** Promise: the exit code says how a start ended, also if a stop was requested meanwhile. */
const runMainUrl = new URL('../../dist/host/run-main.js', import.meta.url);

/** Runs a `main` whose start ends by `rejection` after a stop was requested. @returns exit code, standard error */
const stoppedWhile = async (rejection: string): Promise<[number | null, string]> => {
  const main = `
    import { runMain } from ${JSON.stringify(runMainUrl.href)};
    setInterval(() => undefined, 1_000);
    runMain((stop) => new Promise((_, reject) => {
      stop.addEventListener('abort', () => reject(${rejection}));
      process.stdout.write('starting');
    }));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: fileURLToPath(new URL('.', runMainUrl)),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close') as Promise<[number | null]>;
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  return [(await ended)[0], said];
};

describe('a start during which a stop is requested', () => {
  it('ends with 0 if the request ended it', async () => expect(await stoppedWhile('stop.reason')).toEqual([0, '']));

  it('ends with 1 and its reason if it had failed before', async () =>
    expect(await stoppedWhile("new Error('the key is not there')")).toEqual([
      1,
      'cannot start: the key is not there\n',
    ]));
});
