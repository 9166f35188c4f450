/* Promised: an address is bound at the start, or the reason is one sentence that names the variable. */
import { connect, createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { holdAddress, listenFailure } from './listen-address.js';

it('assigns a port for 0, refuses callers until released, and can be listened on afterwards', async () => {
  const held = await holdAddress('127.0.0.1', 0);
  expect(held.port).toBeGreaterThan(0);
  await expect(holdAddress('127.0.0.1', held.port, 'METRICS_PORT')).rejects.toThrow(
    `METRICS_PORT ${held.port} on HOST 127.0.0.1 is taken by another program: stop it, or set another METRICS_PORT`,
  );
  const caller = connect(held.port, '127.0.0.1');
  await new Promise((resolve) => caller.once('close', resolve).on('error', () => undefined));
  await held.release();
  await held.release();
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(held.port, '127.0.0.1', resolve));
  server.close();
});

it('says that an address does not belong to this machine', async () => {
  await expect(holdAddress('192.0.2.1', 0)).rejects.toThrow('HOST 192.0.2.1 is no address of this machine');
});

it.each([
  ['EACCES', 'PORT 80 on HOST 127.0.0.1 is not allowed for this user: set a PORT above 1023'],
  ['ENOTFOUND', 'HOST 127.0.0.1 is a name nobody knows'],
  ['EAFNOSUPPORT', 'HOST 127.0.0.1 is no address of this machine'],
  ['EMFILE', 'PORT 80 on HOST 127.0.0.1 cannot be listened on (EMFILE)'],
])('names the variable for %s', (code, sentence) => {
  const error = Object.assign(new Error(code), { code });
  expect(listenFailure(error, '127.0.0.1', 80).message).toContain(sentence);
});
