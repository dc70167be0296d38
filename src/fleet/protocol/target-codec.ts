// Writes the cluster under test, including its secrets. It is part of the `prepare` command, which goes only to nodes
// of the run, and of no other message.
import type { AwsCredentials, BasicAuth, ClientOptions, SigV4Options } from '../../http/client-options.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import type { TargetCluster } from '../../http/target-cluster.ts';
import { boolean, type JsonCodec, list, nullable, number, object, oneOf, record, text } from './json-codec.ts';

const basicAuth: JsonCodec<BasicAuth> = object<BasicAuth>({ user: text(), password: text() });

const sigV4: JsonCodec<SigV4Options> = object<SigV4Options>({
  source: oneOf('environment', 'client_option', 'session'),
  region: text(),
  service: oneOf('es', 'aoss'),
  credentials: object<AwsCredentials>({ accessKeyId: text(), secretAccessKey: text(), sessionToken: nullable(text()) }),
  expiresAt: nullable(number),
});

const options: JsonCodec<ClientOptions> = object<ClientOptions>({
  timeout: number,
  useTls: boolean,
  verifyCertificates: boolean,
  verifyHostName: boolean,
  caCertificates: nullable(text()),
  clientCertificate: nullable(text()),
  clientKey: nullable(text()),
  basicAuth: nullable(basicAuth),
  sigV4: nullable(sigV4),
  compressRequests: boolean,
  maxRetries: number,
  retryOnStatus: list(number),
  retryOnTimeout: boolean,
  repeatOnStaleConnection: boolean,
  headers: record(text()),
  opaqueId: nullable(text()),
});

/** The endpoints and client options of the cluster under test, with passwords and keys. */
export const targetCodec: JsonCodec<TargetCluster> = object<TargetCluster>({
  name: text(),
  endpoints: list(
    object<Endpoint>({ host: text(), port: number, useTls: boolean, prefix: text(), basicAuth: nullable(basicAuth) }),
  ),
  options,
});
