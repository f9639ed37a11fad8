import { type Downstream, type Logger, silentLogger } from '@hyperferry/schema';

import type { Api } from '../api/api-call.ts';
import { createSessionApi, type CurrentSession } from '../api/session-api.ts';
import { createWireCaller, type WireCaller } from '../api/wire-caller.ts';
import type { ConnectionSettings } from '../connection/connection-settings.ts';
import { createDatasources, type Datasources } from '../datasources/datasources.ts';
import { runDownstream, type DownstreamRun } from '../downstream/run-downstream.ts';
import { isTableauError } from '../errors.ts';
import { type Agents, createAgents } from '../http/agents.ts';
import { emptyBody } from '../http/multipart.ts';
import { createRedactor } from '../http/redact.ts';
import { createJobs, type Jobs } from '../jobs/jobs.ts';
import { createProjects, type Projects } from '../projects/projects.ts';
import type { Recorder } from '../recording/exchange.ts';
import type { RateLimit } from '../rate-limit.ts';
import { createMemorySessionStore, type SessionStore } from '../session-store.ts';
import type { ServerInfo } from '../session/server-info.ts';
import { canReadJobs, sessionKey } from '../session/sign-in.ts';
import { createUploads, type Uploads } from '../uploads/uploads.ts';

export interface TableauClientOptions {
  /** Where the session is kept. Default: in this client, which then signs out when it is closed. */
  readonly sessionStore?: SessionStore;
  readonly rateLimit?: RateLimit;
  readonly logger?: Logger;
  /** Ends the opening, nothing later. */
  readonly signal?: AbortSignal;
  /** Time spent on waiting for a throttled or failing server before a call fails. Default: 5 minutes. */
  readonly retryBudgetMs?: number;
  readonly userAgent?: string;
  /** Told every exchange, secrets included: for `createExchangeRedactor`. */
  readonly recorder?: Recorder;
}

interface Parts {
  readonly settings: ConnectionSettings;
  readonly agents: Agents;
  readonly wire: WireCaller;
  readonly store: SessionStore;
  readonly api: Api;
  readonly current: CurrentSession;
}

/** A client of one Tableau site. Signs in at the first call that needs it; `close` ends what it opened. */
export class TableauClient {
  readonly settings: ConnectionSettings;
  readonly projects: Projects;
  readonly datasources: Datasources;
  readonly uploads: Uploads;
  readonly jobs: Jobs;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.settings = parts.settings;
    this.projects = createProjects(parts.api);
    this.jobs = createJobs(parts.api);
    this.uploads = createUploads(parts.api);
    this.datasources = createDatasources(parts.api, this.jobs);
  }

  /**
   * Reaches the server and agrees on a version of the API; doesn't sign in yet.
   * @throws {TableauError} TABLEAU_UNREACHABLE, TABLEAU_TLS_UNTRUSTED, TABLEAU_NOT_AN_API, TABLEAU_VERSION_UNSUPPORTED
   */
  static async open(settings: ConnectionSettings, options: TableauClientOptions = {}): Promise<TableauClient> {
    const { logger = silentLogger, sessionStore, rateLimit, signal, retryBudgetMs, userAgent, recorder } = options;
    const current: CurrentSession = {};
    const redact = createRedactor(() => [...secretsOf(settings), current.session?.token ?? '']);
    if (settings.tlsInsecure) {
      logger.warn({ connection: settings.name }, 'certificates of this connection are not checked (TLS_INSECURE)');
    }
    const agents = await createAgents(settings);
    const wire = createWireCaller({
      agents,
      logger,
      redact,
      userAgent: userAgent ?? 'hyperferry',
      throttleBudgetMs: retryBudgetMs ?? 300_000,
      recorder,
    });
    const store = isShareable(settings) && sessionStore !== undefined ? sessionStore : createMemorySessionStore();
    const api = createSessionApi({ settings, wire, store, rateLimit, logger, current });
    const client = new TableauClient({ settings, agents, wire, store, api, current });
    try {
      await api.server(signal);
    } catch (error) {
      agents.close();
      throw error;
    }
    return client;
  }

  /** Starts work on the server that depends on a data source. */
  runDownstream(downstream: Downstream, options: { signal?: AbortSignal } = {}): Promise<DownstreamRun> {
    return runDownstream(this.#parts.api, downstream, options.signal);
  }

  /** Versions of the server, and the one that is spoken. */
  server(options: { signal?: AbortSignal } = {}): Promise<ServerInfo> {
    return this.#parts.api.server(options.signal);
  }

  /** Signs in if that hasn't happened yet. @throws {TableauError} TABLEAU_SIGN_IN_DENIED */
  async signIn(options: { signal?: AbortSignal } = {}): Promise<{ siteId: string; userId: string }> {
    const { siteId, userId } = await this.#parts.api.session(options.signal);
    return { siteId, userId };
  }

  /** Whether this sign-in can follow background jobs; connected apps can from API 3.25 on. */
  async canReadJobs(options: { signal?: AbortSignal } = {}): Promise<boolean> {
    const { apiVersion } = await this.server(options);
    return canReadJobs(this.settings.credentials.kind, apiVersion);
  }

  /** Ends the session on the server, for everybody who shares it; a session that is already dead is fine. */
  async signOut(): Promise<void> {
    const { current, wire, store, settings, api } = this.#parts;
    const { session } = current;
    if (session === undefined) return;
    delete current.session;
    await store.forget(sessionKey(settings), session.token);
    const { apiVersion } = await api.server();
    try {
      await wire.text({
        method: 'POST',
        url: new URL(`${session.baseUrl}/api/${apiVersion}/auth/signout`),
        headers: { 'X-Tableau-Auth': session.token },
        body: emptyBody,
        repeat: 'clean',
        timeoutMs: 10_000,
      });
    } catch (error) {
      if (!isTableauError(error) || error.code !== 'TABLEAU_SESSION_ENDED') throw error;
    }
  }

  /** Signs out unless the session is shared, and closes the sockets. Never throws: the work is done by then. */
  async close(): Promise<void> {
    const { store, agents } = this.#parts;
    if (!store.shared) await this.signOut().catch(() => undefined);
    agents.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Only tokens evict each other; sessions by password or JWT stay in their process. */
function isShareable(settings: ConnectionSettings): boolean {
  return settings.credentials.kind === 'pat';
}

function secretsOf(settings: ConnectionSettings): string[] {
  const { credentials, proxyUrl } = settings;
  const proxyPassword = proxyUrl === undefined ? '' : decodeURIComponent(new URL(proxyUrl).password);
  const own =
    credentials.kind === 'pat'
      ? credentials.tokenSecret
      : credentials.kind === 'password'
        ? credentials.password
        : credentials.secretValue;
  return [own, proxyPassword];
}
