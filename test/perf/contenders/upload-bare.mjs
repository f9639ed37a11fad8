// The bare minimum: the file's bytes, one PUT a chunk, nothing around them. Arguments: server, file.
import { createReadStream, statSync } from 'node:fs';
import http from 'node:http';
import { pipeline } from 'node:stream/promises';

const [, , server, file] = process.argv;
const chunkBytes = 60_000_000;
const agent = new http.Agent({ keepAlive: true });
const sizeBytes = statSync(file).size;
for (let start = 0; start < sizeBytes; start += chunkBytes) {
  const length = Math.min(chunkBytes, sizeBytes - start);
  const headers = { 'Content-Length': length };
  const request = http.request(`${server}/fileUploads/1`, { method: 'PUT', agent, headers });
  const answered = new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => response.resume().on('end', resolve));
  });
  await pipeline(createReadStream(file, { start, end: start + length - 1, highWaterMark: 512 * 1024 }), request);
  await answered;
}
agent.destroy();
