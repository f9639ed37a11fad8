import { setTimeout as sleep } from 'node:timers/promises';

import type { RedisClient } from '../lines/run-script.ts';

const subscribeWaitMs = 1000;
const channelPrefix = '{hf}:events:';

/** What is told about a run: `state` and `stage` mean "look at the record", `cancel` "stop", progress carries its JSON. */
export type RunSignal = 'state' | 'stage' | 'cancel' | `progress:${string}`;

/** One subscribing client for all runs that a process cares about. Signals are hints: the record is the truth. */
export interface RunSignals {
  /** Returns a function that ends the subscription; resolves when the server has confirmed it, after 1 s at the latest. */
  listen(runId: string, listener: (signal: RunSignal) => void): Promise<() => void>;
  close(): void;
}

/** `subscriber` belongs to the signals from now on. */
export function openRunSignals(subscriber: RedisClient): RunSignals {
  const listeners = new Map<string, Set<(signal: RunSignal) => void>>();
  subscriber.on('message', (channel: string, message: string) => {
    for (const listener of listeners.get(channel) ?? []) listener(message as RunSignal);
  });
  return {
    async listen(runId, listener) {
      const channel = channelPrefix + runId;
      const others = listeners.get(channel);
      if (others) others.add(listener);
      else {
        listeners.set(channel, new Set([listener]));
        const subscribed = subscriber.subscribe(channel).catch(() => {});
        // Without Redis the subscription is made later; those who wait look at the record anyway.
        await Promise.race([subscribed, sleep(subscribeWaitMs, undefined, { ref: false })]);
      }
      return () => {
        const set = listeners.get(channel);
        if (!set?.delete(listener) || set.size > 0) return;
        listeners.delete(channel);
        subscriber.unsubscribe(channel).catch(() => {});
      };
    },
    close: () => subscriber.disconnect(),
  };
}

/** Tells every process that listens to a run. */
export async function sendRunSignal(redis: RedisClient, runId: string, signal: RunSignal): Promise<void> {
  await redis.publish(channelPrefix + runId, signal);
}
