/** What tests and soaks count. */
export interface Counters {
  readonly calls: Record<string, number>;
  /** Answers by HTTP status. */
  readonly statuses: Record<string, number>;
  readonly signIns: { pat: number; password: number; jwt: number; denied: number };
  readonly signInsByToken: Record<string, number>;
  /** Sessions ended because their personal access token signed in again. */
  evictions: number;
  readonly publishes: { committed: number; failed: number; inFlight: number; mostInFlight: number };
  /** Publishes and data changes that began while another of the same target was under way. */
  readonly overlaps: { count: number; readonly targets: Record<string, number> };
  uploadedBytes: number;
}

export function createCounters(): Counters {
  return {
    calls: {},
    statuses: {},
    signIns: { pat: 0, password: 0, jwt: 0, denied: 0 },
    signInsByToken: {},
    evictions: 0,
    publishes: { committed: 0, failed: 0, inFlight: 0, mostInFlight: 0 },
    overlaps: { count: 0, targets: {} },
    uploadedBytes: 0,
  };
}

/** Marks the time in which a publish of a target is under way: from its commit request until it has taken effect. */
export function beginPublish(counters: Counters, inFlight: Map<string, number>, target: string): () => void {
  const running = inFlight.get(target) ?? 0;
  if (running > 0) {
    counters.overlaps.count += 1;
    counters.overlaps.targets[target] = (counters.overlaps.targets[target] ?? 0) + 1;
  }
  inFlight.set(target, running + 1);
  counters.publishes.inFlight += 1;
  counters.publishes.mostInFlight = Math.max(counters.publishes.mostInFlight, counters.publishes.inFlight);
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    counters.publishes.inFlight -= 1;
    const left = (inFlight.get(target) ?? 1) - 1;
    if (left > 0) inFlight.set(target, left);
    else inFlight.delete(target);
  };
}
