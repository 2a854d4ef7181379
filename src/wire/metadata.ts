/**
 * Text that travels beside a call: keys are lower-case ASCII, values any text. At most 8 KiB encoded; keys that begin with `rpcnet-` belong to the library.
 */
export type Metadata = Readonly<Record<string, string>>;
