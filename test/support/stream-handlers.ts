/** Handlers of streams that tests of several kinds serve. */

/** As many items as the request says, each its number. */
export async function* countTo(request: Uint8Array): AsyncGenerator<Buffer> {
  for (let i = 0; i < Number(String(request)); i++) yield Buffer.from(String(i));
}

/** The sum of the numbers that the requests are. */
export async function sumOf(requests: AsyncIterable<Uint8Array>): Promise<Buffer> {
  let total = 0;
  for await (const item of requests) total += Number(String(item));
  return Buffer.from(String(total));
}

/** How many bytes the requests have together. */
export async function countBytes(requests: AsyncIterable<Uint8Array>): Promise<Buffer> {
  let bytes = 0;
  for await (const item of requests) bytes += item.length;
  return Buffer.from(String(bytes));
}

/** `re`, and each request. */
export async function* replyToEach(requests: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const item of requests) yield Buffer.from(`re ${String(item)}`);
}

/** The requests as they come. */
export async function* sendBack(requests: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* requests;
}
