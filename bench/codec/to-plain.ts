/**
 * A copy of a message in plain objects, with bytes as Uint8Array, and without what is null or undefined: what a message is compared as after libraries whose
 * messages are instances of classes, and who leave out what is null. Defaults that instances inherit count as values.
 */
export function toPlain(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(toPlain);
  if (message instanceof Uint8Array) return new Uint8Array(message);
  if (typeof message !== 'object' || message === null) return message;
  const plain: Record<string, unknown> = {};
  for (const key in message) {
    const value = (message as Record<string, unknown>)[key];
    if (value !== undefined && value !== null && typeof value !== 'function' && !key.startsWith('$')) plain[key] = toPlain(value);
  }
  return plain;
}
