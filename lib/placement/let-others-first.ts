/** What an engine says of its machine. */
export type NodeOffer = {
  /** Free, less what is promised to those that run there. */
  readonly freeBytes: number;
  /** How many more it takes. */
  readonly room: number;
  /** Digests of the environments that are on its disk. */
  readonly images: readonly string[];
  /** Whether it can fetch what it lacks. */
  readonly fetches: boolean;
};

export type Placed = {
  readonly memoryBytes: number;
  /** The environment that it stands on; null: the site's own, which is everywhere. */
  readonly image: string | null;
};

/** An image is fetched in seconds to minutes: worth more waiting than memory is, and still hardly seen by a person. */
const forImageMs = 1500;
const forMemoryMs = 600;
/**
 * A better place is told of it at the same moment: it needs no longer than a notification and three queries, on a machine that may be busy starting something. The emptier it is the
 * longer, so that of many that come at once, of which the others' reports do not know yet, each takes its share.
 */
const forBalanceMs = 300;
const mostSteps = 4;
/** Of what the work may use: less of a difference is none, and so much of it is a step. */
const noticedShare = 0.1;
const stepShare = 0.25;

/**
 * How long an engine lets a better one go first, from when it saw the work; 0: it takes it now; null: never, since it cannot
 * have what the work stands on and another has. A better one that does not come (it is full by now, or dead) costs that
 * time and no more: work is never left where somebody has room.
 */
export function letOthersFirstMs(own: NodeOffer, others: readonly NodeOffer[], work: Placed): number | null {
  const { image } = work;
  const has = (one: NodeOffer): boolean => image === null || one.images.includes(image);
  if (!has(own) && !own.fetches && others.some(has)) return null;
  const free = others.filter((one) => one.room > 0 && (has(one) || one.fetches));
  if (!has(own) && free.some(has)) return forImageMs;
  const alike = free.filter((one) => has(one) === has(own));
  const isEnough = (one: NodeOffer): boolean => one.freeBytes >= work.memoryBytes;
  if (!isEnough(own) && alike.some(isEnough)) return forMemoryMs;
  const ahead = Math.max(0, ...alike.map((one) => one.freeBytes - own.freeBytes));
  if (ahead <= work.memoryBytes * noticedShare) return 0;
  return forBalanceMs * Math.min(mostSteps, Math.ceil(ahead / (work.memoryBytes * stepShare)));
}
