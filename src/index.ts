/**
 * RpcNet: typed RPC over QUIC and TLS 1.3. This entry point lists the public names one by one; clusters are in `rpcnet/cluster`, the generator in
 * `rpcnet/codegen`, what tests need in `rpcnet/testing`.
 *
 * @packageDocumentation
 */
export type { CallSettings } from './call/call-settings.ts';
export {
  createDevelopmentAuthority,
  createDevelopmentCertificates,
  type DevelopmentAuthority,
  type DevelopmentCertificateOptions,
  type DevelopmentCertificates,
  type MadeCertificate,
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
  ListenerIdentity,
  ListenOptions,
  Peer,
  PeerCertificate,
  Pem,
  Transport,
} from './ports/transport.ts';
export type { CallContext, InheritedCallOptions } from './rpc/call-context.ts';
export type { Caller, CallOptions } from './rpc/caller.ts';
export type { CertificateUpdate } from './rpc/certificate-renewal.ts';
export type { ClientState, ClientStateChange } from './rpc/client-state.ts';
export type { Service, Stream } from './rpc/definition.ts';
export { HealthClient } from './rpc/health-client.ts';
export { intercept } from './rpc/intercept.ts';
export {
  type ClientInterceptor,
  type OutgoingCall,
  type ReceivedCall,
  type ServerInterceptor,
  withMetadata,
} from './rpc/interceptor.ts';
export { ReflectionClient } from './rpc/reflection-client.ts';
export type { MethodDescription, ServiceDescription } from './rpc/reflection-service.ts';
export type { CloseOptions } from './rpc/rpc-server.ts';
export type { HealthStatus, ServerHealth } from './rpc/server-health.ts';
export type { MethodRegistration, RawHandler, ServiceRegistration } from './rpc/service.ts';
export type { float32, int8, int16, int32, int64, uint8, uint16, uint32, uint64 } from './rpc/sized-numbers.ts';
export { Server, type ServerOptions } from './server.ts';
export type { TransportChoice } from './transport-choice.ts';
export { type AutoTransportOptions, autoTransport } from './transports/auto/auto-transport.ts';
export { quicTransport } from './transports/quic/quic-transport.ts';
export { tlsTransport } from './transports/tls/tls-transport.ts';
export type { Codec } from './wire/codec.ts';
export { type Metadata, type MetadataValue, metadataText } from './wire/metadata.ts';
export type { MethodDescriptor, MethodKind, MethodTypes } from './wire/method.ts';
export { type RawMethodOptions, rawMethod } from './wire/raw-method.ts';
export type { Json } from './wire/values/json.ts';
