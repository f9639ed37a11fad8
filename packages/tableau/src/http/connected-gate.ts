import type http from 'node:http';
import { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';

/**
 * The same agent, telling when the request's socket is connected (TLS included), which node-fetch itself doesn't.
 * A request is clean, that is surely not carried out, as long as this hasn't happened.
 */
export function watchConnect(agent: http.Agent, onConnected: () => void): http.Agent {
  type AddRequest = (request: http.ClientRequest, ...rest: unknown[]) => void;
  const addRequest = (agent as unknown as { addRequest: AddRequest }).addRequest;
  return Object.create(agent, {
    addRequest: {
      value(request: http.ClientRequest, ...rest: unknown[]) {
        request.once('socket', (socket) => whenConnected(socket, onConnected));
        return addRequest.call(agent, request, ...rest);
      },
    },
  }) as http.Agent;
}

function whenConnected(socket: Socket, onConnected: () => void): void {
  if (socket instanceof TLSSocket) {
    if (socket.getProtocol() !== 'unknown' && !socket.connecting && socket.getProtocol() !== null) onConnected();
    else socket.once('secureConnect', onConnected);
  } else if (socket.connecting) socket.once('connect', onConnected);
  else onConnected();
}

/** A body that is held back until `release`; the request's headers wait for its first byte as well. */
export interface HeldBody {
  readonly stream: Readable;
  /** Writes the bytes to the socket before it returns. */
  release(): void;
}

export function createHeldBody(bytes: Buffer): HeldBody {
  const stream = new Readable({ read() {} });
  return {
    stream,
    release() {
      stream.push(bytes);
      stream.push(null);
    },
  };
}
