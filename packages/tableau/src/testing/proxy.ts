import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** A proxy on loopback for plain requests and CONNECT. */
export interface TestProxy extends AsyncDisposable {
  readonly url: string;
  /** What went through: `GET http://…` or `CONNECT host:port`. */
  readonly seen: string[];
}

/** Starts a proxy; with `refuse` it answers everything with 407. */
export async function startProxy({ refuse = false } = {}): Promise<TestProxy> {
  const seen: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = http.createServer((incoming, outgoing) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    if (refuse) {
      outgoing.writeHead(407, { 'Content-Type': 'text/html' }).end('<html>who are you</html>');
      return;
    }
    const { method, headers } = incoming;
    const onward = http.request(incoming.url ?? '', { method: method ?? 'GET', headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      pipeline(reply, outgoing, () => undefined);
    });
    onward.on('error', () => outgoing.destroy());
    pipeline(incoming, onward, () => undefined);
  });
  server.on('connect', (request, client: net.Socket, head) => {
    seen.push(`CONNECT ${request.url}`);
    if (refuse) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const onward = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      pipeline(client, onward, client, () => undefined);
    });
    sockets.add(onward).add(client);
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
