/** What a request counts as; Tableau Cloud limits each kind separately (600 publishes an hour and site, for example). */
export type RateLimitKind = 'call' | 'publish' | 'refresh';

/** Asked before every request, so that a fleet of workers stays below a site's limits instead of running into 429. */
export interface RateLimit {
  /** Resolves when the request may go out; rejects when the signal aborts. */
  take(bucket: { serverUrl: string; siteContentUrl: string; kind: RateLimitKind }, signal?: AbortSignal): Promise<void>;
}
