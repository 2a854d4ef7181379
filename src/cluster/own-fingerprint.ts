import { X509Certificate } from 'node:crypto';
import type { Pem } from '../ports/transport.ts';
import type { RpcServer } from '../rpc/rpc-server.ts';
import type { ClusterSettings } from './cluster-options.ts';

/** The SHA-256 fingerprint of the certificate that this node shows to others at the time of asking; undefined when it is none. */
export function ownFingerprint(server: RpcServer, { tls }: ClusterSettings): () => string | undefined {
  let seen: Pem | undefined;
  let fingerprint: string | undefined;
  return () => {
    const { cert = server.settings.cert } = tls;
    if (cert !== seen) {
      seen = cert;
      fingerprint = fingerprintOf(cert);
    }
    return fingerprint;
  };
}

function fingerprintOf(cert: Pem): string | undefined {
  try {
    return new X509Certificate(Buffer.from(cert)).fingerprint256;
  } catch {
    // A network in memory asks for no real certificate.
    return undefined;
  }
}
