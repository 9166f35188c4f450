/**
 * `node deploy/image/tcp-forwarder.mjs LISTEN=TARGET…` - forwards TCP connections from one address to another, host:port
 * each. For laptops: the sandbox of the processors accepts loopback only, and in containers the gateway is elsewhere.
 */
import { connect, createServer } from 'node:net';

/** @param {string} [address] */
const parse = (address) => {
  const [, host, port] = /^(.+):(\d+)$/.exec(address ?? '') ?? [];
  if (port === undefined) throw new Error(`not an address: ${address}`);
  return { host, port: Number(port) };
};

/** @type {(from: import('node:net').Socket, to: import('node:net').Socket) => void} */
const join = (from, to) => {
  from.on('error', () => to.destroy()).on('close', () => to.destroy());
  from.pipe(to);
};

const servers = process.argv.slice(2).map((pair) => {
  const [listen, target] = pair.split('=');
  return createServer((near) => {
    const far = connect(parse(target));
    join(near, far);
    join(far, near);
  }).listen(parse(listen));
});
if (servers.length === 0) throw new Error('from where to where? node deploy/image/tcp-forwarder.mjs LISTEN=TARGET…');
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));
