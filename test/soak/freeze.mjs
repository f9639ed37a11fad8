// Preloaded into the workers of a soak: blocks their event loop, now and then at any time, and in the gap between the
// line's permit and the request. Nothing of the product is changed: it listens on a diagnostics channel.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';

const {
  anyTime = 0,
  afterPermit = 0,
  durationMs = 5000,
  journal,
} = JSON.parse(process.env.HYPERFERRY_SOAK_FREEZE ?? '{}');
const cell = new Int32Array(new SharedArrayBuffer(4));

/** Like a long computation or a stopped machine: no timer and no reply is handled meanwhile. */
function block(what) {
  if (journal !== undefined) appendFileSync(journal, `${what}\n`);
  Atomics.wait(cell, 0, 0, durationMs * (0.7 + Math.random() * 0.6));
}

subscribe('hyperferry:publish-permitted', () => {
  if (Math.random() < afterPermit) block('afterPermit');
});
setInterval(() => {
  if (Math.random() < anyTime) block('anyTime');
}, 1000).unref();
