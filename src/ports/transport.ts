/**
 * The seam between calls and networks. A transport gives connections; a connection gives lanes; a lane is an ordered, reliable, two-way byte
 * stream that lives as long as its connection. On the data path there are callbacks, not promises.
 *
 * What every transport promises (one conformance suite checks it on all):
 * - `connect` fails with `UNAVAILABLE` when nothing answers within `connectTimeoutMs`, `UNAUTHENTICATED` when TLS refuses a side,
 *   `FAILED_PRECONDITION` when the peer does not speak `alpn`, `CANCELLED` when the signal aborts; `listen` fails with `ALREADY_EXISTS` when the
 *   port is in use.
 * - Bytes of one lane arrive in order, complete and once, in pieces of any size.
 * - `onClose` is called exactly once, also when this side closed, and never from inside `close`; after `close` no other callback comes.
 * - A lane may be written from inside any callback.
 */
export interface Transport {
  /** `quic`, `tls`, `auto` or `memory`: for messages and logs. */
  readonly name: string;
  /**
   * Set where a connection is dear (a thread, memory): clients of one process then share connections to the same address unless told otherwise.
   * Transports with an equal text make connections that are alike, whichever of them is asked.
   */
  readonly sharing?: string;
  listen(options: ListenOptions): Promise<Listener>;
  connect(address: string, options: ConnectOptions, signal?: AbortSignal): Promise<Connection>;
}

/** PEM text: one or several certificates, or a key. */
export type Pem = string | Uint8Array;

/** Whether a server asks clients for a certificate: never, if they have one, or always. One that is shown must be signed by `ca`. */
export type ClientAuth = 'none' | 'request' | 'require';

export interface ListenOptions {
  /** `host:port`; port 0 lets the system choose. */
  readonly address: string;
  /** The protocol name both sides must offer. */
  readonly alpn: string;
  /** Certificate chain, leaf first. Needed by every transport but `memory`. */
  readonly cert?: Pem;
  readonly key?: Pem;
  /** Who may sign client certificates; needed for `request` and `require`. */
  readonly ca?: Pem;
  readonly clientAuth?: ClientAuth;
  /** Connections above this number are refused. Default 10,000. */
  readonly maxConnections?: number;
  /** A connection on which nothing arrives for this long is closed by the transport. Default 30,000. */
  readonly idleTimeoutMs?: number;
  /** Called for each connection that finished its TLS handshake. Set the handlers before returning. */
  readonly onConnection: (connection: Connection) => void;
}

export interface Listener {
  /** `host:port` with the real port. */
  readonly address: string;
  /**
   * Has later connections see another certificate. Absent where there are no certificates.
   *
   * Where connections that are open cannot go on through it, `beforeRestart` is called first with their `protocol`, to bring their calls to an end; when
   * its promise has resolved, what is left of them is closed. Where they can, it is not called.
   * @throws RpcError `INVALID_ARGUMENT` when the new identity cannot be used; the old one then stays.
   */
  updateIdentity?(identity: ListenerIdentity, beforeRestart: (protocol: string) => Promise<void>): Promise<void>;
  /** Stops accepting and closes what is still open. Idempotent; resolves when the port is free. */
  close(): Promise<void>;
}

/** What a listener shows and whom it trusts. */
export interface ListenerIdentity {
  /** Certificate chain, leaf first. */
  readonly cert: Pem;
  readonly key: Pem;
  /** Who may sign client certificates. Without it those who might before. */
  readonly ca?: Pem;
}

export interface ConnectOptions {
  readonly alpn: string;
  /** Who must have signed the server's certificate; or that certificate itself, pinned. Without it the system's authorities are trusted. */
  readonly ca?: Pem;
  /** This side's own certificate and key, shown when the server asks. */
  readonly cert?: Pem;
  readonly key?: Pem;
  /** The DNS name the server's certificate must carry. Default `localhost`. */
  readonly serverName?: string;
  /** Default 5,000. */
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
}

export interface Connection {
  readonly peer: Peer;
  /** What it travels by, for logs and tests: `quic` or `tls`. */
  readonly protocol?: string;
  /** True when TLS continued an earlier session by its ticket instead of a full handshake, as far as the transport knows. */
  readonly isResumed?: boolean;
  /** More lanes than this gain nothing on this connection: 1 where all share one TCP socket. Without it every lane is one more way past a lost packet. */
  readonly usefulLanes?: number;
  /** So much may be written in one go with profit, before what has come in is looked at; more where large writes cost less than small ones. Default 256 KiB. */
  readonly usefulBurstBytes?: number;
  /**
   * Opens a lane from this side. The other side sees it when the first byte arrives.
   * @throws RpcError `UNAVAILABLE` when the connection is closed, `RESOURCE_EXHAUSTED` when the peer allows no more.
   */
  openLane(): Lane;
  /** Has what was written to the lanes leave now. Absent where writes need no push; elsewhere what is written in one tick may leave together at its end. */
  flush?(): void;
  /** Sets who hears of lanes and of the end. To be called once, before control returns to the event loop. */
  setHandler(handler: ConnectionHandler): void;
  /** Closes at once; bytes just written may be lost. Idempotent. `reason` reaches the peer and may be cut to 255 bytes. */
  close(code: number, reason: string): void;
}

export interface ConnectionHandler {
  /** The peer opened a lane. Set its handler before returning. */
  onLane(lane: Lane): void;
  onClose(info: CloseInfo): void;
}

/** How a connection ended. */
export interface CloseInfo {
  /** The code given to `close` by whichever side closed; 0 when the connection was lost. */
  readonly code: number;
  readonly reason: string;
  /** Who ended it: this side, the peer, or the network (timeout, reset, process gone). */
  readonly by: 'local' | 'remote' | 'network';
  /**
   * True when TLS of the peer refused this side: in TLS 1.3 a server judges the client's certificate after `connect` has resolved. What waits for the
   * connection should then fail with `UNAUTHENTICATED` and `reason`.
   */
  readonly isTlsRefusal?: boolean;
}

export interface Lane {
  /** Sets who hears of bytes and room. To be called once, before control returns to the event loop. */
  setHandler(handler: LaneHandler): void;
  /**
   * Queues bytes; the lane owns the memory from now on. False says that the lane's buffer is full: stop until `onDrain`.
   * What was written is sent all the same. Harmless after the connection closed. The lender of the memory is told when the lane needs it no more, so that
   * it can serve again.
   */
  write(bytes: Uint8Array, lender?: MemoryLender): boolean;
}

/** Whose memory a lane sends from. An object and not a function: a function of its own for each write would be compiled again and again. */
export interface MemoryLender {
  /** The lane needs the memory of one write no more. Never called when the connection closes before, or by a lane that hands the memory on. */
  onWritten(): void;
}

export interface LaneHandler {
  /** The bytes belong to the receiver and stay valid. */
  onData(bytes: Uint8Array): void;
  /** The same with bytes that the lane reads into again after the call: what is to be kept must be copied. Without it, lanes copy such bytes for `onData`. */
  onBorrowedData?(bytes: Uint8Array): void;
  /** There is room again after `write` gave false. */
  onDrain(): void;
  /** The peer ended or reset this lane while the connection lives. Lanes never end by themselves, so this is a failure. */
  onEnd(reason: string): void;
}

/** Who is at the other end. */
export interface Peer {
  /** `host:port` as this side sees it. */
  readonly address: string;
  /** Present when the peer showed a certificate and it was verified. */
  readonly certificate?: PeerCertificate;
}

/** A verified certificate of a peer. */
export interface PeerCertificate {
  /** The common name of the subject, or an empty string. */
  readonly commonName: string;
  /** Subject alternative names as written in the certificate, for example `DNS:localhost`, `IP Address:127.0.0.1`, `URI:spiffe://…`. */
  readonly subjectNames: readonly string[];
  /** SHA-256 of the certificate, as colon-separated upper-case hex. */
  readonly fingerprint256: string;
  /** DER bytes. */
  readonly raw: Uint8Array;
}
