import { z } from 'zod';

import type { Api } from '../api/api-call.ts';
import { listAll } from '../api/list-all.ts';
import { isTableauError, TableauError } from '../errors.ts';
import { anyReply, wireText } from '../wire/reply-body.ts';
import { xmlBody } from '../http/multipart.ts';
import { tsRequest, xmlElement } from '../wire/xml.ts';
import { joinProjectPath } from './project-path.ts';
import { createProjectTree, type ListedProject, type Project, type ProjectTree } from './project-tree.ts';

export interface ResolveOptions {
  /** Creates the steps of the path that don't exist. Default: false. */
  readonly create?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The projects of the site. */
export interface Projects {
  /**
   * Finds a project by its path (`Finance/Sales`, case-insensitive, `\/` for a slash in a name).
   * @throws {TableauError} TABLEAU_PROJECT_UNKNOWN naming candidates, TABLEAU_PROJECT_AMBIGUOUS
   */
  resolve(path: string, options?: ResolveOptions): Promise<Project>;
  /** Every project that the user may see, from all pages; never from the cache. */
  list(options?: { signal?: AbortSignal | undefined }): Promise<ListedProject[]>;
  create(
    project: { name: string; parentProjectId?: string | undefined; description?: string },
    options?: { signal?: AbortSignal | undefined },
  ): Promise<ListedProject>;
  /** Deletes a project with everything in it. */
  delete(id: string, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** Forgets the cached tree, e.g. after 404005. */
  forget(): void;
}

const listedProjectSchema = z.object({ id: wireText, name: wireText, parentProjectId: wireText.optional() });

/** How long a listing answers lookups. A path that isn't in it is looked up on the server at once. */
const cacheForMs = 300_000;
/** A listing this fresh is not read again for a path that it doesn't have. */
const freshForMs = 1_000;
/** Lists may lag behind writes (search index): how often a name that "exists" is looked for. */
const lagTries = 6;

export function createProjects(api: Api): Projects {
  let cached: { tree: Promise<ProjectTree>; atMs: number } | undefined;
  /** Created here, perhaps not in the lists yet. */
  const created = new Map<string, ListedProject>();

  function tree(maxAgeMs: number, signal?: AbortSignal): Promise<ProjectTree> {
    if (cached !== undefined && api.nowMs() - cached.atMs <= maxAgeMs) return cached.tree;
    const entry = {
      atMs: api.nowMs(),
      tree: projects.list({ signal }).then((listed) => createProjectTree([...listed, ...created.values()])),
    };
    cached = entry;
    entry.tree.catch(() => {
      if (cached === entry) cached = undefined;
    });
    return entry.tree;
  }

  async function createSteps(path: string, signal?: AbortSignal): Promise<Project> {
    for (let tries = 0; ; tries += 1) {
      const { found, missing } = (await tree(tries === 0 ? cacheForMs : 0, signal)).match(path);
      const [name] = missing;
      if (name === undefined && found !== undefined) return found;
      try {
        const project = await projects.create({ name: name ?? path, parentProjectId: found?.id }, { signal });
        created.set(project.id, project);
        if (missing.length === 1) {
          projects.forget();
          return { id: project.id, name: project.name, path: joinFound(found, project.name) };
        }
        tries = 0;
      } catch (error) {
        // Somebody else made it in the meantime, or the list lags behind.
        if (!isTableauError(error) || error.code !== 'TABLEAU_PROJECT_EXISTS' || tries >= lagTries) throw error;
        await api.sleep(250 * (tries + 1), signal);
      }
    }
  }

  const projects: Projects = {
    async resolve(path, { create = false, signal } = {}) {
      const known = (await tree(cacheForMs, signal)).match(path);
      if (known.found !== undefined && known.missing.length === 0) return known.found;
      const fresh = await tree(freshForMs, signal);
      const { found, missing } = fresh.match(path);
      if (found !== undefined && missing.length === 0) return found;
      if (create) return createSteps(path, signal);
      throw unknownProject(path, fresh.candidates(path));
    },
    list: async ({ signal } = {}) => {
      const call = { path: '/projects', listKey: 'projects', itemKey: 'project', signal };
      return listAll(api, call, listedProjectSchema);
    },
    async create({ name, parentProjectId, description }, { signal } = {}) {
      const body = xmlBody(tsRequest(xmlElement('project', { name, description, parentProjectId })));
      // Repeated after an ambiguous failure: then 409006 says that the first try worked.
      const reply = await api.call(
        { method: 'POST', path: '/projects', body, repeat: 'safe', signal },
        z.object({ project: listedProjectSchema }),
      );
      return reply.project;
    },
    async delete(id, { signal } = {}) {
      created.delete(id);
      projects.forget();
      try {
        await api.call({ method: 'DELETE', path: `/projects/${id}`, repeat: 'safe', signal }, anyReply);
      } catch (error) {
        if (!isTableauError(error) || error.code !== 'TABLEAU_PROJECT_UNKNOWN') throw error;
      }
    },
    forget() {
      cached = undefined;
    },
  };
  return projects;
}

function joinFound(parent: Project | undefined, name: string): string {
  const own = joinProjectPath([name]);
  return parent === undefined ? own : `${parent.path}/${own}`;
}

function unknownProject(path: string, candidates: readonly string[]): TableauError {
  const known =
    candidates.length === 0 ? 'no project is visible to this user' : `these exist: ${candidates.join(', ')}`;
  return new TableauError('TABLEAU_PROJECT_UNKNOWN', `there is no project "${path}" on the site; ${known}`, {
    details: { project: path, candidates },
  });
}
