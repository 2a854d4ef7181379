/**
 * RpcNet: typed RPC over QUIC and TLS 1.3. This entry point lists the public names one by one; clusters are in `rpcnet/cluster`.
 *
 * @packageDocumentation
 */
export type { ErrorCode } from './errors/codes.ts';
export { RpcError, type RpcErrorOptions } from './errors/rpc-error.ts';
