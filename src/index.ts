/**
 * RpcNet: typed RPC over QUIC and TLS 1.3. This entry point lists the public names one by one; clusters are in `rpcnet/cluster`, the generator in
 * `rpcnet/codegen`, what tests need in `rpcnet/testing`.
 *
 * @packageDocumentation
 */
export type { CallSettings } from './call/call-settings.ts';
export {
  createDevelopmentCertificates,
  type DevelopmentCertificateOptions,
  type DevelopmentCertificates,
} from './certs/development-certificates.ts';
export { type Identity, type IdentityPaths, loadIdentity } from './certs/load-identity.ts';
export { Client, type ClientOptions } from './client.ts';
export { ERROR_CODES, type ErrorCode } from './errors/codes.ts';
export { RpcError, type RpcErrorOptions } from './errors/rpc-error.ts';
export type { Clock, ScheduledTask } from './ports/clock.ts';
export type { LogFields, Logger } from './ports/logger.ts';
export type { Random } from './ports/random.ts';
export type {
  ClientAuth,
  CloseInfo,
  Connection,
  ConnectionHandler,
  ConnectOptions,
  Lane,
  LaneHandler,
  Listener,
  ListenOptions,
  Peer,
  PeerCertificate,
  Pem,
  Transport,
} from './ports/transport.ts';
export type { CallContext } from './rpc/call-context.ts';
export type { Caller, CallOptions } from './rpc/caller.ts';
export type { ClientState } from './rpc/client-link.ts';
export type { Service, Stream } from './rpc/definition.ts';
export type { CloseOptions } from './rpc/rpc-server.ts';
export type { MethodRegistration, ServiceRegistration } from './rpc/service.ts';
export { Server, type ServerOptions } from './server.ts';
export { quicTransport } from './transports/quic/quic-transport.ts';
export type { Codec } from './wire/codec.ts';
export type { Metadata } from './wire/metadata.ts';
export type { MethodDescriptor, MethodKind } from './wire/method.ts';
export { rawMethod } from './wire/raw-method.ts';
