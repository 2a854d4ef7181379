import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** Whether a buffer is all of its memory, so that it may be freed by whoever has the only reference. */
export function isWholeMemory(buffer: Uint8Array): boolean {
  return buffer.length === buffer.buffer.byteLength;
}

/**
 * Frees the memory of a buffer soon, instead of when the garbage collector finds it. The caller must be the only one that knows it: every view is empty
 * afterwards. It is not freed inside of this call.
 */
export function freeMemory(buffer: Uint8Array): void {
  if (freed.length === BATCH) freeAll();
  freed.push(buffer.buffer as ArrayBuffer);
}

function freeAll(): void {
  const batch = freed;
  freed = [];
  nowhere ??= openNowhere();
  try {
    nowhere.postMessage(undefined, batch);
  } catch {
    // Memory that may not be transferred: the collector finds it.
  }
}

/** A port whose other end is closed: what is transferred through it leaves its owner and reaches nobody, as the HTML standard has it. */
function openNowhere(): MessagePort {
  const { port1 } = new MessageChannel();
  port1.close();
  return port1;
}

let freed: ArrayBuffer[] = [];
let nowhere: MessagePort | undefined;

/** Measured: one call for 16 pieces of 16 KiB takes 8 to 16 us, a call for each three times that. */
const BATCH = 16;
