import { RpcError } from '../errors/rpc-error.ts';
import type { Metadata } from './metadata.ts';

/** The details of a call that the server itself refused for a reason that its code does not tell: no handler ran, and it is safe to send elsewhere. */
export interface RefusalDetails {
  /** `readOnly`: the server takes only methods that are marked safe for now. */
  readonly reason: string;
}

/** The error of a call that is refused unseen. The reason travels as metadata, because details belong to the service. */
export function refusedBecause(reason: 'readOnly', message: string, retryAfterMs: number): RpcError {
  const details: RefusalDetails = { reason };
  return new RpcError('UNAVAILABLE', message, { notTaken: true, retryAfterMs, details, metadata: { [REFUSAL_REASON_KEY]: reason } });
}

/** Takes the reason out of the metadata of a refusal, which belongs to the application. */
export function takeRefusalReason(metadata: Metadata): { readonly metadata: Metadata; readonly details: RefusalDetails | undefined } {
  const { [REFUSAL_REASON_KEY]: reason, ...rest } = metadata;
  if (typeof reason !== 'string') return { metadata, details: undefined };
  return { metadata: rest, details: { reason } };
}

/** The reserved key of a refusal's metadata under which its reason travels, as text. */
export const REFUSAL_REASON_KEY = 'rpcnet-refusal-reason';
