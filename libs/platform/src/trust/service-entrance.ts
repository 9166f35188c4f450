import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { DomainError, isUuid } from '@dittoo/kernel';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Agent, fetch as fetchWith } from 'undici';
import { openApiDocument } from '../host/openapi.js';
import { ServiceTokenVerifier, serviceTokenHeader } from './service-trust.js';
import type { DistributedConfig, TlsFiles, UpstreamTlsFiles } from '../config/service.config.js';

/**
 * The path of each process's OpenAPI document for the gateway, which joins them; it is not in the gateway's route
 * table.
 */
export const ownDocumentPath = '/openapi.json';

/** Paths open to every caller that reaches the process: probes and public keys. */
const openPaths = /^\/(?:health\/(?:live|ready)|\.well-known\/jwks\.json)(?:\?|$)/;

const read = (file: string, name: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, { cause: error });
  }
};

/**
 * TLS options for Node's server. The guard, not TLS, refuses callers without a certificate, so that probes get through.
 */
export const serverTls = ({ certFile, clientCaFile, keyFile }: TlsFiles) => ({
  cert: read(certFile, 'TLS_CERT_FILE'),
  key: read(keyFile, 'TLS_KEY_FILE'),
  ...(clientCaFile === null
    ? {}
    : { ca: read(clientCaFile, 'TLS_CLIENT_CA_FILE'), requestCert: true, rejectUnauthorized: false }),
});

/** TLS options for undici's connections to another process. */
export const clientTls = ({ caFile, certFile, keyFile }: UpstreamTlsFiles) => ({
  ...(caFile === null ? {} : { ca: read(caFile, 'UPSTREAM_CA_FILE') }),
  ...(certFile === null ? {} : { cert: read(certFile, 'UPSTREAM_CERT_FILE') }),
  ...(keyFile === null ? {} : { key: read(keyFile, 'UPSTREAM_KEY_FILE') }),
});

/** `fetch` for identity's keys, with the certificates of this process; `undefined` = plain. */
export const fetchForKeys = (files: UpstreamTlsFiles | undefined): typeof fetch | undefined => {
  if (files === undefined || (files.caFile === null && files.certFile === null)) return undefined;
  const dispatcher = new Agent({ connect: clientTls(files) });
  return ((url: string, init?: object) => fetchWith(url, { ...init, dispatcher })) as typeof fetch;
};

/**
 * Makes a service answer the gateway alone: it checks the service token or client certificate, takes over the gateway's
 * correlation id, and serves its own OpenAPI document.
 *
 * @throws Error with the name of the variable that is wrong
 */
export const requireServiceTrust = (app: NestFastifyApplication, service: string, config: DistributedConfig): void => {
  const { tls, verificationKeyFile } = config;
  const tokens = verificationKeyFile === null ? null : ServiceTokenVerifier.read(verificationKeyFile, service);
  const wantsCertificate = tls !== null && tls.clientCaFile !== null;
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request) => {
    if (openPaths.test(request.url)) return;
    if (wantsCertificate && !(request.raw.socket as TLSSocket).authorized)
      throw new DomainError('not-from-the-gateway');
    await tokens?.verify(request.headers[serviceTokenHeader]);
    const said = request.headers['x-correlation-id'];
    if (typeof said === 'string' && isUuid(said)) request.correlationId = said;
  });
  let document: ReturnType<typeof openApiDocument> | undefined;
  fastify.get(ownDocumentPath, () => (document ??= openApiDocument(app)));
};
