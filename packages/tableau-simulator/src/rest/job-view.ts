import { element, type Element, listElement, textElement } from '../http/element.ts';
import { apiTime } from '../state/clock.ts';
import type { JobRecord } from '../state/model.ts';
import type { World } from '../state/world.ts';

/** The `<job>` element. A queued publish says `finishCode="1"` as real servers do: it counts only with completedAt. */
export function jobElement(
  world: World,
  job: JobRecord,
  reply: { readonly queued: boolean } = { queued: false },
): Element {
  const isUpdate = job.type === 'UpdateUploadedFile';
  const first = reply.queued ? (isUpdate ? {} : { progress: 0, finishCode: 1 }) : progressOf(job);
  const times = reply.queued ? {} : { startedAt: job.startedAt, completedAt: job.completedAt };
  return element(
    'job',
    {
      id: job.id,
      mode: 'Asynchronous',
      type: job.type,
      ...first,
      createdAt: apiTime(job.createdAt),
      startedAt: times.startedAt === undefined ? undefined : apiTime(times.startedAt),
      completedAt: times.completedAt === undefined ? undefined : apiTime(times.completedAt),
    },
    detailsOf(job, reply.queued),
  );
}

function progressOf(job: JobRecord): { readonly progress?: number; readonly finishCode?: number } {
  if (job.completedAt !== undefined && job.finishCode !== undefined) {
    return { progress: 100, finishCode: job.finishCode };
  }
  // A running job has neither; a queued one says 0 and a code that doesn't count yet.
  return job.startedAt === undefined ? { progress: 0, finishCode: 1 } : {};
}

function detailsOf(job: JobRecord, queued: boolean): readonly Element[] {
  const notes = job.notes === undefined ? [] : [textElement('notes', job.notes)];
  const datasource =
    job.datasource === undefined || job.type === 'RunFlow' ? [] : [element('datasource', { ...job.datasource })];
  const details: Element[] = [];
  if (job.type === 'UpdateUploadedFile') {
    const connection = job.connectionId === undefined ? [] : [textElement('connectionLuid', job.connectionId)];
    details.push(element('updateUploadedFileJob', {}, [...datasource, ...connection, ...notes]));
  } else if (!queued && (notes.length > 0 || datasource.length > 0)) {
    details.push(element('extractRefreshJob', {}, [...notes, ...datasource]));
  }
  if (job.statusNotes.length > 0) {
    details.push(
      listElement(
        'statusNotes',
        job.statusNotes.map((note) => element('statusNote', { ...note })),
      ),
    );
  }
  return details;
}

/** The `<backgroundJob>` element of the list. */
export function backgroundJobElement(job: JobRecord): Element {
  return element('backgroundJob', {
    id: job.id,
    status: jobStatus(job),
    createdAt: apiTime(job.createdAt),
    startedAt: job.startedAt === undefined ? undefined : apiTime(job.startedAt),
    endedAt: job.completedAt === undefined ? undefined : apiTime(job.completedAt),
    priority: 50,
    jobType: jobTypeNames[job.type],
    title: job.title,
  });
}

/** Pending, InProgress, Success, Failed, Cancelled. */
export function jobStatus(job: JobRecord): string {
  if (job.completedAt === undefined) return job.startedAt === undefined ? 'Pending' : 'InProgress';
  return job.finishCode === 0 ? 'Success' : job.finishCode === 2 ? 'Cancelled' : 'Failed';
}

const jobTypeNames: Readonly<Record<JobRecord['type'], string>> = {
  PublishDatasource: 'publish_datasource',
  UpdateUploadedFile: 'update_uploaded_file',
  RefreshExtract: 'refresh_extracts',
  RunFlow: 'run_flow',
};
