import { setMaxListeners } from 'node:events';

import { type Logger, silentLogger } from '@hyperferry/schema';

import { type Admin, createAdmin } from './admin/admin.ts';
import { ADMIN_PATH } from './admin/admin-dispatch.ts';
import { createEngine } from './engine/engine.ts';
import { openFileStore } from './engine/file-store.ts';
import { startHttpServer } from './http/server.ts';
import { createClock, type SimulatorClock } from './state/clock.ts';
import { type LimitsInput, limitsSchema } from './state/limits.ts';
import { plantSeed } from './state/plant.ts';
import { resolveSeed } from './state/resolve-seed.ts';
import { plantSavedState } from './state/saved-state.ts';
import type { Seed, SeedInput } from './state/seed.ts';
import { createStateWriter, readState } from './state/state-file.ts';
import { createWorld } from './state/world.ts';

/** Options of `startSimulator`. */
export interface SimulatorOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Address to listen on. Default 127.0.0.1; anything else is for a container of its own. */
  readonly host?: string;
  /** Host names that requests may name besides the local ones. */
  readonly allowedHosts?: readonly string[];
  /**
   * Folder of the published files and of the state: what is there already goes on, whatever the seed says.
   * Default: a temporary one, removed at close.
   */
  readonly dataDir?: string;
  /** Sites, users, projects: an object or the path of a JSON file. Default: two sites and a tree of projects. */
  readonly seed?: SeedInput | string;
  /** The engine binary. Default: found by `env`. */
  readonly hyperdPath?: string;
  /** Environment to find the engine by. Default: none, so the home folder decides. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: real time. */
  readonly clock?: SimulatorClock;
  readonly limits?: LimitsInput;
  readonly logger?: Logger;
}

export interface SimulatorSite {
  readonly contentUrl: string;
  readonly name: string;
  readonly tokenName: string;
  readonly tokenSecret: string;
  readonly users: readonly { readonly name: string; readonly password: string; readonly siteRole: string }[];
  readonly connectedApp: { readonly clientId: string; readonly secretId: string; readonly secretValue: string };
}

/** What a program needs to know to use a simulator: also the first line that the binary prints. */
export interface SimulatorAccess {
  readonly url: string;
  readonly adminUrl: string;
  /** Of the first site, as all fields below. */
  readonly siteContentUrl: string;
  readonly tokenName: string;
  readonly tokenSecret: string;
  readonly userName: string;
  readonly password: string;
  readonly connectedApp: SimulatorSite['connectedApp'];
  readonly sites: readonly SimulatorSite[];
}

/** A running simulator. */
export interface Simulator extends SimulatorAccess {
  /** The admin routes without HTTP. */
  readonly admin: Admin;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a Tableau Server of our own on the loopback interface. The engine starts with the first file that has to be
 * looked into.
 * @throws {SimulatorError} PORT_IN_USE, SIMULATOR_FAILED
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const saved = options.dataDir === undefined ? undefined : await readState(options.dataDir);
  const seed = saved?.seed ?? (await resolveSeed(options.seed));
  const logger = options.logger ?? silentLogger;
  const files = await openFileStore(options.dataDir);
  const abort = new AbortController();
  // One listener for each request and each of its steps: as many as clients ask for, and gone when it is answered.
  setMaxListeners(0, abort.signal);
  const engine = createEngine({
    hyperdPath: options.hyperdPath,
    env: options.env ?? {},
    logger,
    temporaryPath: files.temporaryPath,
  });
  const world = createWorld({
    seed,
    clock: options.clock ?? createClock(),
    files,
    engine,
    limits: limitsSchema.parse(options.limits ?? {}),
    signal: abort.signal,
  });
  if (saved === undefined) plantSeed(world, seed);
  else plantSavedState(world, saved);
  if (options.dataDir !== undefined) {
    world.save = createStateWriter(world, options.dataDir);
    await world.save();
  }
  const admin = createAdmin(world);
  let server;
  try {
    server = await startHttpServer({
      world,
      admin,
      port: options.port ?? 0,
      host: options.host ?? '127.0.0.1',
      allowedHosts: options.allowedHosts ?? [],
      logger,
    });
  } catch (error) {
    await files.close();
    throw error;
  }
  const { url, close: closeServer } = server;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    abort.abort();
    await closeServer();
    await Promise.allSettled(world.running);
    await engine.close();
    await files.close();
  };
  return {
    ...accessOf(seed, url),
    admin,
    close: async () => await (closing ??= close()),
    [Symbol.asyncDispose]: async () => await (closing ??= close()),
  };
}

function accessOf(seed: Seed, url: string): SimulatorAccess {
  const sites = seed.sites.map((site) => ({
    contentUrl: site.contentUrl,
    name: site.name,
    tokenName: site.tokens[0]?.name ?? '',
    tokenSecret: site.tokens[0]?.secret ?? '',
    users: site.users.map(({ name, password = '', siteRole }) => ({ name, password, siteRole })),
    connectedApp: site.connectedApps[0] ?? { clientId: '', secretId: '', secretValue: '' },
  }));
  const first = sites[0];
  return {
    url,
    adminUrl: `${url}${ADMIN_PATH}`,
    siteContentUrl: first?.contentUrl ?? '',
    tokenName: first?.tokenName ?? '',
    tokenSecret: first?.tokenSecret ?? '',
    userName: first?.users[0]?.name ?? '',
    password: first?.users[0]?.password ?? '',
    connectedApp: first?.connectedApp ?? { clientId: '', secretId: '', secretValue: '' },
    sites,
  };
}
