import { TableauError } from '../errors.ts';
import { foldName, joinProjectPath, splitProjectPath } from './project-path.ts';

/** A project as the API lists it. */
export interface ListedProject {
  readonly id: string;
  readonly name: string;
  readonly parentProjectId?: string | undefined;
}

/** A project found by its path. */
export interface Project {
  readonly id: string;
  readonly name: string;
  /** The whole path in the server's own spelling. */
  readonly path: string;
}

/** How far a path leads: all the way (`missing` is empty), or up to the deepest project that exists. */
export interface PathMatch {
  readonly found: Project | undefined;
  readonly missing: readonly string[];
}

export interface ProjectTree {
  /** @throws {TableauError} TABLEAU_PROJECT_AMBIGUOUS */
  match(path: string): PathMatch;
  /** Paths to propose for one that doesn't exist, likeliest first. */
  candidates(path: string): string[];
}

const candidateLimit = 20;

/** The site's projects by parent; names are unique only among siblings. */
export function createProjectTree(projects: readonly ListedProject[]): ProjectTree {
  const byId = new Map(projects.map((project) => [project.id, project]));
  const children = groupByParent(byId);

  function toProject(project: ListedProject): Project {
    return { id: project.id, name: project.name, path: pathOf(project, byId) };
  }

  function step(parent: ListedProject | undefined, name: string, path: string): ListedProject | undefined {
    const siblings = (children.get(parent?.id) ?? []).filter((child) => foldName(child.name) === foldName(name));
    if (siblings.length <= 1) return siblings[0];
    const exact = siblings.filter((sibling) => sibling.name === name);
    if (exact.length === 1) return exact[0];
    // Only at the top: projects whose parents this user may not see stand beside each other there.
    throw new TableauError(
      'TABLEAU_PROJECT_AMBIGUOUS',
      `project path "${path}": ${siblings.length} projects named "${name}" are visible at the same place`,
      { details: { ids: siblings.map(({ id }) => id) } },
    );
  }

  return {
    match(path) {
      const steps = splitProjectPath(path);
      let current: ListedProject | undefined;
      for (const [index, name] of steps.entries()) {
        const next = step(current, name, path);
        if (next === undefined) {
          return { found: current && toProject(current), missing: steps.slice(index) };
        }
        current = next;
      }
      return { found: current && toProject(current), missing: [] };
    },
    candidates(path) {
      const steps = splitProjectPath(path);
      const wanted = foldName(steps.at(-1) ?? '');
      const { found } = this.match(path);
      const sameName = projects.filter((project) => foldName(project.name) === wanted);
      const beside = children.get(found?.id) ?? [];
      const paths = [...sameName, ...beside].map((project) => pathOf(project, byId));
      return [...new Set(paths)].slice(0, candidateLimit);
    },
  };
}

function groupByParent(byId: ReadonlyMap<string, ListedProject>): Map<string | undefined, ListedProject[]> {
  const groups = new Map<string | undefined, ListedProject[]>();
  for (const project of byId.values()) {
    const parentId = visibleParentId(project, byId);
    const group = groups.get(parentId);
    if (group === undefined) groups.set(parentId, [project]);
    else group.push(project);
  }
  return groups;
}

/** A project below one that the user may not see stands at the top. */
function visibleParentId(project: ListedProject, byId: ReadonlyMap<string, ListedProject>): string | undefined {
  const { parentProjectId } = project;
  return parentProjectId !== undefined && byId.has(parentProjectId) ? parentProjectId : undefined;
}

function pathOf(project: ListedProject, byId: ReadonlyMap<string, ListedProject>): string {
  const steps: string[] = [];
  const seen = new Set<string>();
  for (let current: ListedProject | undefined = project; current !== undefined && !seen.has(current.id);) {
    seen.add(current.id);
    steps.unshift(current.name);
    const parentId = visibleParentId(current, byId);
    current = parentId === undefined ? undefined : byId.get(parentId);
  }
  return joinProjectPath(steps);
}
