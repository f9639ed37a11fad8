import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { listAll } from '../api/list-all.ts';
import { TableauError } from '../errors.ts';
import { wireText } from '../wire/reply-body.ts';

/**
 * The id of a user by name, without case.
 * @throws {TableauError} TABLEAU_USER_UNKNOWN
 */
export async function findUserId(api: Api, name: string, signal?: AbortSignal): Promise<string> {
  // Not filtered: names may be e-mail addresses with characters that a filter cannot hold.
  const users = await listAll(
    api,
    { path: '/users', listKey: 'users', itemKey: 'user', signal },
    z.object({ id: wireText, name: wireText }),
  );
  const wanted = name.toLowerCase();
  const user = users.find((candidate) => candidate.name.toLowerCase() === wanted);
  if (user !== undefined) return user.id;
  throw new TableauError('TABLEAU_USER_UNKNOWN', `there is no user "${name}" on the site`);
}
