// Run by a test as a process of its own: starts an engine, says its pid, and waits to be ended.
import { HyperProcess } from './hyper-process.ts';

const engine = await HyperProcess.start({ env: process.env });
process.stdout.write(`${engine.pid}\n`);
