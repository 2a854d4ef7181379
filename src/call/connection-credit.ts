/**
 * The credit of a connection, of all its calls together: what may still be sent, and what the peer may still send. What was consumed goes back in batches of
 * a quarter, so that a small message does not cost a frame of credit.
 */
export class ConnectionCredit {
  readonly #windowBytes: number;
  #forSending = 0;
  #receiveWindow: number;
  #owed = 0;

  /** `windowBytes` is what the peer may send ahead of what is consumed here. */
  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
    this.#receiveWindow = windowBytes;
  }

  /** What may still be sent, in bytes. */
  get forSending(): number {
    return this.#forSending;
  }

  /** What the peer may send once it has heard of all that was consumed here: the whole window when nothing waits unread. */
  get forReceiving(): number {
    return this.#receiveWindow + this.#owed;
  }

  /** More may be sent; false when it is more than can be counted. */
  addForSending(bytes: number): boolean {
    if (bytes > Number.MAX_SAFE_INTEGER - this.#forSending) return false;
    this.#forSending += bytes;
    return true;
  }

  /** Takes credit for sending; false when there is not enough. */
  takeForSending(charge: number): boolean {
    if (this.#forSending < charge) return false;
    this.#forSending -= charge;
    return true;
  }

  /** The peer sent so much; false when it had not the credit. */
  takeReceived(charge: number): boolean {
    this.#receiveWindow -= charge;
    return this.#receiveWindow >= 0;
  }

  /** So much was consumed or dropped. The answer is what the peer is to be granted now; 0 is nothing yet. */
  returnReceived(charge: number): number {
    this.#owed += charge;
    if (this.#owed * 4 < this.#windowBytes) return 0;
    const grant = this.#owed;
    this.#receiveWindow += grant;
    this.#owed = 0;
    return grant;
  }
}
