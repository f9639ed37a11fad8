import { describe, expect, it } from 'vitest';

import { apiTime, createClock } from './clock.ts';

describe('the clock', () => {
  it('stands still when frozen and moves only when told', () => {
    const clock = createClock(new Date('2026-01-01T00:00:00Z'));
    clock.advance(1500);
    expect(apiTime(clock.now())).toBe('2026-01-01T00:00:01Z');
  });

  it('wakes those who wait when it gets there', async () => {
    const clock = createClock(new Date(0));
    let woken = false;
    const waiting = clock.waitUntil(1000, AbortSignal.timeout(5000)).then(() => {
      woken = true;
    });
    clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(false);
    clock.advance(1);
    await waiting;
    expect(woken).toBe(true);
  });

  it('runs on from where it stands when released', () => {
    const clock = createClock(new Date(0));
    clock.release();
    expect(clock.now()).toBeGreaterThanOrEqual(0);
    expect(clock.now()).toBeLessThan(5000);
  });

  it('stops waiting when the signal says so', async () => {
    const clock = createClock(new Date(0));
    await expect(clock.waitUntil(1000, AbortSignal.abort(new Error('closed')))).rejects.toThrow('closed');
  });
});
