import { currentRevision } from '../rest/datasource-view.ts';
import { jobStatus } from '../rest/job-view.ts';
import { apiTime } from '../state/clock.ts';
import type { ProjectRecord } from '../state/model.ts';
import type { World } from '../state/world.ts';

/** The whole state in words, for tests and people. Holds no secret. */
export type StateReport = ReturnType<typeof stateReport>;

export function stateReport(world: World) {
  return {
    now: apiTime(world.clock.now()),
    clockFrozen: world.clock.frozen,
    sites: [...world.sites.values()].map(({ id, contentUrl, name }) => ({ id, contentUrl, name })),
    users: [...world.users.values()].map((user) => ({
      id: user.id,
      name: user.name,
      siteRoles: Object.fromEntries([...user.roles].map(([id, role]) => [world.sites.get(id)?.contentUrl ?? id, role])),
    })),
    tokens: [...world.tokens.values()].map(({ name, revoked }) => ({ name, revoked })),
    projects: [...world.projects.values()].map((project) => ({
      id: project.id,
      site: world.sites.get(project.siteId)?.contentUrl,
      path: projectPath(world, project),
    })),
    datasources: [...world.datasources.values()].map((datasource) => {
      const { sha256, sizeBytes } = currentRevision(datasource);
      return {
        id: datasource.id,
        site: world.sites.get(datasource.siteId)?.contentUrl,
        name: datasource.name,
        projectId: datasource.projectId,
        projectPath: projectPath(world, world.projects.get(datasource.projectId)),
        type: datasource.type,
        createdAt: apiTime(datasource.createdAt),
        updatedAt: apiTime(datasource.updatedAt),
        sizeBytes,
        sha256,
        revisions: datasource.revisions.map(({ number }) => number),
        tags: [...datasource.tags],
      };
    }),
    jobs: [...world.jobs.values()].map((job) => ({
      id: job.id,
      type: job.type,
      title: job.title,
      status: jobStatus(job),
      finishCode: job.finishCode,
      notes: job.notes,
    })),
    sessions: [...world.sessions.values()].map((session) => ({
      kind: session.kind,
      site: world.sites.get(session.siteId)?.contentUrl,
      user: world.users.get(session.userId)?.name,
      token: session.patName,
    })),
    uploads: [...world.uploads.values()].map(({ id, sizeBytes, appends, state }) => ({
      id,
      sizeBytes,
      appends,
      state,
    })),
    limits: world.limits,
    faults: { rules: world.faults.rules, done: world.faults.done },
    counters: world.counters,
    engine: { pid: world.engine.pid },
  };
}

/** The steps of a project's path, `/` inside a name written `\/`. */
export function projectPath(world: World, project: ProjectRecord | undefined): string {
  const steps: string[] = [];
  for (let step = project; step !== undefined;) {
    steps.unshift(step.name.replaceAll('/', String.raw`\/`));
    step = step.parentId === undefined ? undefined : world.projects.get(step.parentId);
  }
  return steps.join('/');
}
