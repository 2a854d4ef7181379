import { RpcError, type ServerInterceptor } from 'rpcnet';

/** For servers: prints method, code and duration of every call when it has ended. */
export function logCalls(print: (line: string) => void): ServerInterceptor {
  return {
    async unary(call, next) {
      const startedAt = performance.now();
      let code = 'OK';
      try {
        return await next(call);
      } catch (error) {
        code = codeOf(error);
        throw error;
      } finally {
        print(`${call.method.name} ${code} ${Math.round(performance.now() - startedAt)} ms`);
      }
    },
    async *stream(call, next) {
      const startedAt = performance.now();
      let code = 'CANCELLED';
      let items = 0;
      try {
        for await (const item of next(call)) {
          items++;
          yield item;
        }
        code = 'OK';
      } catch (error) {
        code = codeOf(error);
        throw error;
      } finally {
        print(`${call.method.name} ${code} ${Math.round(performance.now() - startedAt)} ms, ${items} items`);
      }
    },
  };
}

/** What the caller will get for what was thrown. */
function codeOf(error: unknown): string {
  return error instanceof RpcError ? error.code : 'INTERNAL';
}
