/**
 * Cuts the reason of a close to what every transport carries: at most 255 bytes of UTF-8, without half a character at the end.
 *
 * Each transport applies it on the side that closes, so that both sides see the same text.
 */
export function cutCloseReason(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  let end = MAX_REASON_BYTES;
  while (isContinuation(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** UTF-8 has 10 in the two highest bits of every byte but the first of a character. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

const MAX_REASON_BYTES = 255;
