/** The 64-bit FNV-1a hash of the text's UTF-8 bytes, as 16 hex digits. It tells versions apart; it does not protect against forgery. */
export function hash64(text: string): string {
  let hash = OFFSET_BASIS;
  for (const byte of Buffer.from(text, 'utf8')) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK;
  return hash.toString(16).padStart(16, '0');
}

// FNV-1a parameters for 64 bits: RFC 9923, section 5.
const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;
