import type { IncomingMessage } from 'node:http';

/** The body of a request: leaving a loop over it early doesn't close the connection. */
export async function* requestBody(request: IncomingMessage, cutAfterBytes?: number): AsyncGenerator<Uint8Array> {
  let seenBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    seenBytes += chunk.byteLength;
    if (cutAfterBytes !== undefined && seenBytes >= cutAfterBytes) {
      request.socket.resetAndDestroy();
      throw new Error('cut by the fault plan');
    }
    yield chunk;
  }
}

/** Reads what is left of a body, so that the connection can be used again. */
export async function drainBody(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  await new Promise<void>((resolve) => {
    request.once('end', resolve);
    request.once('close', resolve);
    request.once('error', () => resolve());
    request.resume();
  });
}
