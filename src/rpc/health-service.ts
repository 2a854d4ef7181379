import { jsonCodec, jsonText } from '../wire/json-codec.ts';
import type { MethodDescriptor } from '../wire/method.ts';
import type { CallContext } from './call-context.ts';
import type { HealthStatus, ServerHealth } from './server-health.ts';
import type { ServiceRegistration } from './service.ts';

/** Asks for the health of a service, or of the whole server (empty name). On the wire: JSON, `{"service":""}` and `{"status":"SERVING"}`. */
export const healthCheckMethod: MethodDescriptor<string, HealthStatus> = {
  name: 'rpcnet.health.check',
  kind: 'unary',
  request: jsonCodec(
    (service) => ({ service }),
    (json) => jsonText(json, 'service', ''),
  ),
  response: jsonCodec((status) => ({ status }), readStatus),
  fingerprint: '',
  idempotent: true,
  safe: true,
};

/** The same as a stream: the health now, and each change. It ends after `NOT_SERVING` when the server is closing. */
export const healthWatchMethod: MethodDescriptor<string, HealthStatus> = {
  ...healthCheckMethod,
  name: 'rpcnet.health.watch',
  kind: 'serverStreaming',
};

/** Health checks over the network. A check is answered also by a server that has as many calls in flight as it may. */
export function healthService(health: ServerHealth): ServiceRegistration {
  return {
    name: 'rpcnet.health',
    methods: [
      { kind: 'unary', method: healthCheckMethod, handle: (service: string) => health.status(service), isAlwaysTaken: true },
      {
        kind: 'serverStreaming',
        method: healthWatchMethod,
        handle: (service: string, context: CallContext) => health.watch(service, context.signal),
      },
    ],
  };
}

/** A status that a later version may have is as good as unknown. */
function readStatus(json: unknown): HealthStatus {
  const status = jsonText(json, 'status');
  return status === 'SERVING' || status === 'NOT_SERVING' ? status : 'UNKNOWN';
}
