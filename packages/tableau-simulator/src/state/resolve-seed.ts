import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { SimulatorError } from '../errors.ts';
import { defaultSeed, type Seed, type SeedInput, seedSchema } from './seed.ts';

/**
 * Reads a seed (an object, the path of a JSON file, or none) and gives every secret that it leaves out, so that a reset
 * keeps the credentials.
 * @throws {SimulatorError} SIMULATOR_FAILED
 */
export async function resolveSeed(given: SeedInput | string | undefined): Promise<Seed> {
  const input = typeof given === 'string' ? await readSeedFile(given) : (given ?? defaultSeed);
  const parsed = seedSchema.safeParse(input);
  if (!parsed.success) {
    throw new SimulatorError('SIMULATOR_FAILED', `the seed is not valid: ${z.prettifyError(parsed.error)}`);
  }
  const passwords = new Map<string, string>();
  const passwordOf = (name: string, password: string | undefined): string => {
    const key = name.toLowerCase();
    const known = passwords.get(key) ?? password ?? randomBytes(12).toString('base64url');
    passwords.set(key, known);
    return known;
  };
  const sites = parsed.data.sites.map((site) => ({
    ...site,
    users: site.users.map((user) => ({ ...user, password: passwordOf(user.name, user.password) })),
    tokens: site.tokens.map((token) => ({ ...token, secret: token.secret ?? randomSecret() })),
    connectedApps: site.connectedApps.length > 0 ? site.connectedApps : [randomConnectedApp()],
  }));
  return { ...parsed.data, sites };
}

async function readSeedFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw new SimulatorError('SIMULATOR_FAILED', `cannot read the seed ${path}`, { cause: error });
  }
}

/** Looks like Tableau's: two base64 parts with a colon between them. */
function randomSecret(): string {
  return `${randomBytes(16).toString('base64')}:${randomBytes(24).toString('base64url')}`;
}

function randomConnectedApp() {
  return { clientId: randomUUID(), secretId: randomUUID(), secretValue: randomBytes(32).toString('base64') };
}
