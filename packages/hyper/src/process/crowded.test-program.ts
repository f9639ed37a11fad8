// Run by a test with few file descriptors: takes all of them, and says what became of the engine.
import { closeSync, openSync } from 'node:fs';

import { HyperEngine } from './hyper-engine.ts';

await using engine = await HyperEngine.start({ env: process.env });
const pid = await engine.pid();
const taken: number[] = [];
let connected: string;
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {
  connected = await engine.connect().then(
    () => 'connected',
    (error: unknown) => (error as { code: string }).code,
  );
}
for (const descriptor of taken) closeSync(descriptor);
await using connection = await engine.connect();
const answer = { connected, restarts: engine.restartCount, isSame: pid === (await engine.pid()) };
process.stdout.write(`${JSON.stringify({ ...answer, one: await connection.scalar('SELECT 1') })}\n`);
