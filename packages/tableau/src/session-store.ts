/** A signed-in session: the token and what every call needs beside it. Secret; never log it. */
export interface Session {
  readonly token: string;
  readonly siteId: string;
  readonly siteContentUrl: string;
  readonly userId: string;
  /** Base URL that answered the sign-in: differs from the connection's where Tableau Cloud redirected to a pod. */
  readonly baseUrl: string;
  /** ISO time of the sign-in. */
  readonly signedInAt: string;
}

/** Which session: one sign-in identity at one site. */
export interface SessionKey {
  /** Base URL of the connection, without a trailing slash. */
  readonly serverUrl: string;
  readonly siteContentUrl: string;
  readonly kind: 'pat' | 'password' | 'jwt';
  /** Name of the personal access token, or of the user. */
  readonly principal: string;
  /** The sign-in secret itself: key material to seal a session that leaves the process. Never stored, never logged. */
  readonly secret: string;
}

export interface ObtainOptions {
  /** Token that the server has refused: the store must not give it out again. */
  readonly refusedToken?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps sessions, so that one personal access token has one session however many workers use it: signing in again with
 * the same token ends the other session (https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_auth.htm).
 */
export interface SessionStore {
  /** True when other processes use the same sessions: then no client signs out. */
  readonly shared: boolean;
  /**
   * The current session of a key. Calls `signIn` when there is none, or when the current one has the refused token:
   * once for all callers at the same time (of all processes, when shared); the others get its result.
   */
  obtain(
    key: SessionKey,
    signIn: (signal?: AbortSignal) => Promise<Session>,
    options?: ObtainOptions,
  ): Promise<Session>;
  /** Forgets a session if it still has this token. */
  forget(key: SessionKey, token: string): Promise<void>;
}

/** A store for one process: single-flight, nothing leaves the memory. */
export function createMemorySessionStore(): SessionStore {
  const sessions = new Map<string, Session>();
  const signIns = new Map<string, Promise<Session>>();
  return {
    shared: false,
    async obtain(key, signIn, options = {}) {
      const id = sessionId(key);
      const current = sessions.get(id);
      if (current !== undefined && current.token !== options.refusedToken) return current;
      const pending = signIns.get(id);
      if (pending !== undefined) return pending;
      // Not bound to this caller's signal: others may be waiting for the same sign-in.
      const started = signIn()
        .then((session) => {
          sessions.set(id, session);
          return session;
        })
        .finally(() => signIns.delete(id));
      signIns.set(id, started);
      return started;
    },
    async forget(key, token) {
      const id = sessionId(key);
      if (sessions.get(id)?.token === token) sessions.delete(id);
    },
  };
}

function sessionId(key: SessionKey): string {
  return JSON.stringify([key.serverUrl, key.siteContentUrl, key.kind, key.principal]);
}
