import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';

import type { ConnectionSettings } from '../connection/connection-settings.ts';

/** Chooses the agent for a URL; the same agents from the first call on, so that serverinfo already knows CA and proxy. */
export interface Agents {
  agentFor(url: URL): http.Agent;
  /** Closes idle and busy sockets. */
  close(): void;
}

type AgentSettings = Pick<ConnectionSettings, 'ca' | 'clientCert' | 'clientKey' | 'proxyUrl' | 'tlsInsecure'>;

export async function createAgents(settings: AgentSettings): Promise<Agents> {
  const tlsOptions = {
    // Giving `ca` replaces the well-known roots: they are added again, Tableau Cloud may be behind the same setting.
    ...(settings.ca === undefined ? {} : { ca: [...tls.rootCertificates, settings.ca] }),
    ...(settings.clientCert === undefined ? {} : { cert: settings.clientCert }),
    ...(settings.clientKey === undefined ? {} : { key: settings.clientKey }),
    ...(settings.tlsInsecure ? { rejectUnauthorized: false } : {}),
  };
  const common = { keepAlive: true, keepAliveMsecs: 30_000, scheduling: 'lifo' } as const;
  const { proxyUrl } = settings;
  const { plain, secure } =
    proxyUrl === undefined
      ? { plain: new http.Agent(common), secure: new https.Agent({ ...common, ...tlsOptions }) }
      : await createProxyAgents(proxyUrl, common, tlsOptions);
  return {
    agentFor: (url) => (url.protocol === 'https:' ? secure : plain),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Loaded only where there is a proxy. */
async function createProxyAgents(proxyUrl: string, common: http.AgentOptions, tlsOptions: tls.ConnectionOptions) {
  const { HttpProxyAgent } = await import('http-proxy-agent');
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return {
    plain: new HttpProxyAgent(proxyUrl, common),
    secure: withTlsOptions(new HttpsProxyAgent(proxyUrl, { ...common, ...tlsOptions }), tlsOptions),
  };
}

/** The proxy agent uses its own options for the proxy itself; those for the server behind it come with each request. */
function withTlsOptions<T extends http.Agent>(agent: T, options: tls.ConnectionOptions): T {
  const connect = (agent as unknown as { connect: (request: unknown, options: object) => unknown }).connect;
  return Object.assign(agent, {
    connect(request: unknown, requestOptions: { host?: string }) {
      const { host } = requestOptions;
      // Behind the tunnel the agent forgets an IP address, and "localhost" would be checked against the certificate.
      const identity =
        host === undefined || net.isIP(host) === 0
          ? {}
          : { checkServerIdentity: (_: string, cert: tls.PeerCertificate) => tls.checkServerIdentity(host, cert) };
      return connect.call(agent, request, { ...requestOptions, ...options, ...identity });
    },
  });
}
