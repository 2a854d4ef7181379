import { type CallContext, RpcError, type ServerInterceptor } from 'rpcnet';

/**
 * For servers: methods that only some clients may call, by the names in their certificates (as `peer.certificate.subjectNames` has them, for example
 * `DNS:operator.example`). A method that is not listed is open to every client that the server accepts.
 */
export function allowOnly(namesByMethod: Readonly<Record<string, readonly string[]>>): ServerInterceptor {
  const check = ({ method, peer }: CallContext): void => {
    const allowed = namesByMethod[method];
    if (allowed === undefined) return;
    const names = peer.certificate?.subjectNames ?? [];
    if (names.some((name) => allowed.includes(name))) return;
    throw new RpcError('PERMISSION_DENIED', `${method} is only for ${allowed.join(', ')}`);
  };
  return {
    unary(call, next) {
      check(call.context);
      return next(call);
    },
    stream(call, next) {
      check(call.context);
      return next(call);
    },
  };
}
