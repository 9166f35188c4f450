/**
 * `node deploy/image/door.mjs LISTEN=TARGET…` - carries TCP connections from one address to another, host:port each. For
 * laptops: the processors' stand-ins speak to loopback only, and in containers the gateway is not there.
 */
import { connect, createServer } from 'node:net';

const parse = (address) => {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  if (port === undefined) throw new Error(`not an address: ${address}`);
  return { host, port: Number(port) };
};

const servers = process.argv.slice(2).map((pair) => {
  const [listen, target] = pair.split('=').map((address) => parse(address));
  return createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.pipe(to);
    }
  }).listen(listen);
});
if (servers.length === 0) throw new Error('which way? node deploy/image/door.mjs LISTEN=TARGET…');
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));
