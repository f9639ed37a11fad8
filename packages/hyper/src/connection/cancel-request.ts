import { connect } from 'node:net';

const CANCEL_CODE = 80_877_102;
const DEADLINE_MS = 2000;

/** Which session to cancel in: the key that the engine gave when the session began. */
export interface CancelKey {
  readonly processId: number;
  readonly secretKey: number;
}

/**
 * Asks the engine to cancel what a session is doing; resolves when the request is delivered or can't be. Closing the session's
 * socket would not stop the query: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function sendCancelRequest(socketPath: string, key: CancelKey): Promise<void> {
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_CODE, 4);
  request.writeInt32BE(key.processId, 8);
  request.writeInt32BE(key.secretKey, 12);
  await new Promise<void>((resolve) => {
    const socket = connect(socketPath);
    socket.setTimeout(DEADLINE_MS, () => socket.destroy());
    socket.once('connect', () => socket.end(request));
    socket.on('error', () => undefined);
    socket.resume();
    socket.once('close', () => resolve());
  });
}
