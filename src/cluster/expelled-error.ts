import { RpcError } from '../errors/rpc-error.ts';
import { metadataText } from '../wire/metadata.ts';
import { type Expulsion, MAX_REASON_CHARACTERS } from './expulsions.ts';

/** What whoever was expelled is told when it calls: `PERMISSION_DENIED`, and beside it which expulsion it was. */
export function expelledError({ nodeId, version, reason }: Pick<Expulsion, 'nodeId' | 'version' | 'reason'>): RpcError {
  const why = reason === '' ? '' : `: ${reason}`;
  return new RpcError('PERMISSION_DENIED', `Node ${JSON.stringify(nodeId)} was expelled from the cluster${why}`, {
    metadata: { [VERSION_KEY]: String(version), [REASON_KEY]: Buffer.from(reason) },
  });
}

/** The same error as this side shows it: `details.reason` tells it from other refusals. */
export function asExpelled(error: RpcError): RpcError {
  return new RpcError(error.code, error.message, { metadata: error.metadata, details: { reason: 'expelled' }, cause: error });
}

/** The expulsion because of which a call was refused; undefined when that is not why it failed. */
export function expulsionIn(error: RpcError): Pick<Expulsion, 'version' | 'reason'> | undefined {
  const { code, metadata } = error;
  if (code !== 'PERMISSION_DENIED') return undefined;
  const version = Number(metadataText(metadata, VERSION_KEY) ?? Number.NaN);
  if (!Number.isSafeInteger(version)) return undefined;
  const reason = metadata[REASON_KEY];
  return { version, reason: reason instanceof Uint8Array ? Buffer.from(reason).toString().slice(0, MAX_REASON_CHARACTERS) : '' };
}

const VERSION_KEY = 'rpcnet-expulsion';
const REASON_KEY = 'rpcnet-expulsion-reason';
