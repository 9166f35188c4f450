import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import { listenFailure } from './listen-address.js';

/** Serves Prometheus metrics on a separate port that the gateway does not expose. */
export const serveMetrics = async (host: string, port: number, registry: Registry): Promise<Server> => {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.setHeader('content-type', registry.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, host, port, 'METRICS_PORT')));
    server.listen(port, host, resolve);
  });
  return server;
};
