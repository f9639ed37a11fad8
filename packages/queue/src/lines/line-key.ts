import { createHash } from 'node:crypto';

import type { ArtifactRef, Target } from '@hyperferry/schema';

import type { TableauSite } from './run-record.ts';

/**
 * The key of a target's line: server, site, project path and name, compared without case. Two connections that lead to
 * one site share a line; the mode is no part of it.
 */
export function lineKeyOf(server: TableauSite, target: Pick<Target, 'project' | 'name'>): string {
  const url = new URL(server.url);
  const parts = [url.host, url.pathname.replace(/\/+$/, ''), server.site, ...projectSteps(target.project), target.name];
  return digest(parts.map((part) => part.normalize('NFC').trim().toLowerCase())).slice(0, 32);
}

/** The hash that tells whether two submissions under one key ask for the same thing. */
export function bodyHashOf(body: {
  readonly target: Target;
  readonly server: TableauSite;
  readonly spec: ArtifactRef;
  readonly onFailure: string;
  readonly priority: number;
}): string {
  const { target, server, spec, onFailure, priority } = body;
  return digest([
    server.url,
    server.site,
    target.connection,
    target.project,
    target.name,
    target.mode,
    spec.sha256,
    onFailure,
    String(priority),
  ]);
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Splits a project path at `/`, but not at `\/`. */
function projectSteps(path: string): string[] {
  return path.split(/(?<!\\)\//).map((step) => step.replaceAll(String.raw`\/`, '/').trim());
}
