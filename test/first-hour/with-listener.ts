// Run in a network namespace of its own: listens where a Redis of somebody else would, runs a command, and prints as
// JSON how it ended and how many connections the listener got.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const [program = '', ...args] = process.argv.slice(2);
let connections = 0;
const server = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
server.listen(6379, '0.0.0.0');
await once(server, 'listening');

const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
let stdout = '';
child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
const [status] = (await once(child, 'close')) as [number | null];
server.close();
process.stdout.write(`${JSON.stringify({ status, connections, stdout })}\n`);
