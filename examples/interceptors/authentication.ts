import { createHash } from 'node:crypto';
import { type CallContext, type ClientInterceptor, metadataText, RpcError, type ServerInterceptor, withMetadata } from 'rpcnet';

/** For clients: shows a token with every call. It is asked for each time, so that it can be renewed. */
export function showToken(token: () => string | Promise<string>): ClientInterceptor {
  return {
    async unary(call, next) {
      return next(withMetadata(call, { authorization: await token() }));
    },
    async *stream(call, next) {
      yield* next(withMetadata(call, { authorization: await token() }));
    },
  };
}

/** For servers: lets only calls with a known token pass. `users` has the user's name by the SHA-256 of the token, in hex. */
export function checkToken(users: ReadonlyMap<string, string>): ServerInterceptor {
  const check = (context: CallContext): void => {
    const user = users.get(sha256(metadataText(context.metadata, 'authorization') ?? ''));
    if (user === undefined) throw new RpcError('UNAUTHENTICATED', `${context.method} needs a valid token in the metadata "authorization"`);
    userByCall.set(context, user);
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

/** For handlers behind {@link checkToken}: who calls. */
export function userOf(context: CallContext): string {
  return userByCall.get(context) ?? 'nobody';
}

export function sha256(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Forgets a call as soon as nobody holds its context. */
const userByCall = new WeakMap<CallContext, string>();
