/** A host and a port, as users write them: `127.0.0.1:61000`, `[::1]:61000`, `worker.local:61000`. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port`; undefined when the text is not one. An IPv6 host stands in brackets. */
export function parseAddress(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[3]);
  const host = match[1] ?? match[2];
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Writes `host:port`, with brackets around an IPv6 host. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
