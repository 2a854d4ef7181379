/**
 * The parts of Lifeguard that an engine can be made without, so that tests and measurements can show what each is good for. Not for production: a node
 * without one of them accuses healthy nodes.
 *
 * | part | without it |
 * |---|---|
 * | `healthScore` | the score stays 0: a node with problems of its own probes as fast and waits as briefly as a healthy one |
 * | `confirmations` | every suspicion lasts only its shortest time, however few share it |
 * | `buddy` | a ping to a suspect does not carry the suspicion |
 * | `nack` | a relay is silent when the target is; a failed probe counts once against the one who probes, whatever relays it asked |
 * | `stallRecognition` | a standstill of this process is not noticed: probes that were in flight are judged, and suspicions end as if it had listened |
 */
export type LifeguardPart = (typeof LIFEGUARD_PARTS)[number];

/** All of them. */
export const LIFEGUARD_PARTS = ['healthScore', 'confirmations', 'buddy', 'nack', 'stallRecognition'] as const;
