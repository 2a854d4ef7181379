/** Sizes that both sides of `rpcnet/1` keep to. Every length is checked against them before anything is allocated. */

/** Bytes before each payload: length (2), type (1), flags (1), call id (4). */
export const FRAME_HEADER_BYTES = 8;

/** A longer message is cut into fragments of this size, which take turns with those of other calls. */
export const MAX_FRAME_PAYLOAD_BYTES = 16_384;

/** All fragments of one HELLO together: about 20,000 methods. */
export const MAX_HELLO_BYTES = 1_048_576;

/** Default for the largest encoded metadata of one call, one way: 8 KiB. */
export const DEFAULT_MAX_METADATA_BYTES = 8_192;

/** What the largest metadata may be raised to: with the head of a REQUEST it still fits a frame. */
export const MOST_METADATA_BYTES = 15_360;

/** How much a server tells of the layout of one method: 64 KiB, thousands of fields. */
export const MAX_LAYOUT_BYTES = 65_536;

/** A method's full name, in UTF-8. */
export const MAX_METHOD_NAME_BYTES = 256;

/** What an error's text is cut to on the wire, in characters: with the largest details and metadata it still fits a frame. */
export const MAX_ERROR_MESSAGE_CHARACTERS = 1_024;

/** An error's details above this are left behind, and its message says so. */
export const MAX_ERROR_DETAILS_BYTES = 4_096;

/** Default for the largest message either side accepts: 4 MiB. */
export const DEFAULT_MAX_MESSAGE_BYTES = 4_194_304;

/** Unread bytes one direction of one call may have under way: 256 KiB. */
export const DEFAULT_CALL_CREDIT_BYTES = 262_144;

/** Unread bytes all calls of a connection may have under way in one direction: 4 MiB. */
export const DEFAULT_CONNECTION_CREDIT_BYTES = 4_194_304;

/** A window smaller than this could not hold a full fragment and its charge. */
export const MIN_CREDIT_BYTES = 65_536;

/** Charged for each MESSAGE frame besides its payload, so that empty messages are bounded too. */
export const MESSAGE_CHARGE_BYTES = 32;

/** Lanes a connection may grow to. */
export const DEFAULT_MAX_LANES = 8;

/** Calls one connection may have in flight. */
export const DEFAULT_MAX_CALLS_PER_CONNECTION = 16_384;
