import { requestIdFor, splitProjectPath, joinProjectPath } from '@hyperferry/tableau';

import { countRows, publishRows, buildExtract, refusalOf, type VerifyScene } from './verify-scene.ts';

type Findings = Record<string, unknown>;

/** One flow: acts on the site, fails by throwing, returns what was found out. */
export interface VerifyFlow {
  readonly name: string;
  /** Without it the later flows make no sense. */
  readonly isVital?: boolean;
  run(scene: VerifyScene): Promise<Findings>;
}

class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

function expectThat(holds: boolean, message: string): void {
  if (!holds) throw new Unexpected(message);
}

const specialName = 'x, y & z: 100% (é) +1';

/** Every flow of the client, in an order in which each finds what it needs. */
export const verifyFlows: readonly VerifyFlow[] = [
  {
    name: 'sign in',
    isVital: true,
    async run({ client, signal }) {
      await client.signIn({ signal });
      return { kind: client.settings.credentials.kind, canReadJobs: await client.canReadJobs({ signal }) };
    },
  },
  {
    name: 'list projects, make one of our own',
    isVital: true,
    async run(scene) {
      const { client, signal, name } = scene;
      const listed = await client.projects.list({ signal });
      const given = scene.projectPath === '' ? undefined : await client.projects.resolve(scene.projectPath, { signal });
      const refusal = await refusalOf(async () => {
        const own = await client.projects.create({ name, parentProjectId: given?.id }, { signal });
        scene.createdProjectIds.push(own.id);
        scene.projectId = own.id;
        scene.projectPath = joinProjectPath([...(given === undefined ? [] : splitProjectPath(given.path)), name]);
      });
      if (refusal !== undefined) {
        expectThat(given !== undefined, `cannot create a project (${refusal.code}): name one with --project`);
        scene.projectId = given?.id ?? '';
      }
      client.projects.forget();
      return { projects: listed.length, ownProject: refusal ?? 'created' };
    },
  },
  {
    name: 'resolve a path, create a nested one, refuse a second of its name',
    async run(scene) {
      const { client, signal } = scene;
      if (scene.createdProjectIds.length === 0) return { skipped: 'no right to create projects' };
      const path = `${scene.projectPath}/${joinProjectPath(['A/B, "c" & d: é +1'])}`;
      const made = await client.projects.resolve(path, { create: true, signal });
      const again = await client.projects.resolve(
        path.toUpperCase().replace('HYPERFERRY VERIFY', 'hyperferry verify'),
        {
          signal,
        },
      );
      expectThat(made.id === again.id, 'a path in another case leads elsewhere');
      const parentProjectId = scene.projectId;
      const second = await refusalOf(() => client.projects.create({ name: made.name, parentProjectId }, { signal }));
      return { sameNameTwice: second ?? 'accepted' };
    },
  },
  {
    name: 'publish: create',
    isVital: true,
    async run(scene) {
      scene.datasource = await publishRows(scene, [1, 100], { mode: 'create' });
      const { type, contentUrl } = scene.datasource;
      expectThat((await countRows(scene, scene.datasource.id)) === 100, 'the download has not the 100 rows');
      return { type, hasContentUrl: contentUrl !== undefined };
    },
  },
  {
    name: 'publish: create a name that exists',
    async run(scene) {
      const refusal = await refusalOf(() => publishRows(scene, [1, 2], { mode: 'create' }));
      expectThat(refusal?.code === 'TABLEAU_DATASOURCE_EXISTS', `answered ${JSON.stringify(refusal)}`);
      return { ...refusal };
    },
  },
  {
    name: 'set description, tags and certification; overwrite; see what is kept',
    async run(scene) {
      const { client, signal } = scene;
      const id = idOf(scene);
      const before = await client.datasources.get(id, { signal });
      const wanted = {
        description: 'hyperferry verify\nsecond line',
        tags: ['hyperferry verify a', 'verify,b'],
        certified: true,
      };
      const set = await client.datasources.keepMetadata({ before, now: before, wanted }, { signal });
      const described = await client.datasources.get(id, { signal });
      const over = await publishRows(scene, [1, 50], {
        mode: 'overwrite',
        asJob: await client.canReadJobs({ signal }),
      });
      expectThat(over.id === id, 'overwriting changed the id');
      const after = await client.datasources.get(id, { signal });
      const survived = {
        description: after.description === described.description,
        tags: after.tags.length === described.tags.length,
        certification: after.isCertified === described.isCertified,
        owner: after.owner?.id === described.owner?.id,
      };
      const kept = await client.datasources.keepMetadata({ before: described, now: after, wanted: {} }, { signal });
      const restored = await client.datasources.get(id, { signal });
      expectThat(restored.description === described.description, 'the description is not as it was');
      expectThat((await countRows(scene, id)) === 50, 'the download has not the 50 rows');
      return {
        set: set.changed,
        notSet: set.warnings.length,
        survived,
        restored: kept.changed,
      };
    },
  },
  {
    name: 'publish: append',
    async run(scene) {
      await publishRows(scene, [51, 60], { mode: 'append' });
      const rows = await countRows(scene, idOf(scene));
      expectThat(rows === 60, `60 rows expected, ${rows} found`);
      return { rows };
    },
  },
  {
    name: 'publish: replace',
    async run(scene) {
      const refusal = await refusalOf(() => publishRows(scene, [1, 10], { mode: 'replace' }));
      const rows = await countRows(scene, idOf(scene));
      expectThat(refusal !== undefined || rows === 10, `10 rows expected, ${rows} found`);
      return { replaceParameter: refusal ?? 'works', rows };
    },
  },
  {
    name: 'an upload session is spent by its publish, and only by it',
    async run({ client, signal, ...scene }) {
      const upload = await client.uploads.send(await buildExtract({ client, signal, ...scene }, 1, 3), { signal });
      const { uploadSessionId } = upload;
      const spentBefore = await client.uploads.isSpent(uploadSessionId, { signal });
      const { name, projectId } = scene;
      const before = await client.datasources.findByName(name, projectId, { signal });
      const input = { upload, name, projectId, mode: 'overwrite', asJob: false, before } as const;
      await client.datasources.publish(input, { signal });
      const spentAfter = await client.uploads.isSpent(uploadSessionId, { signal });
      return { spentBefore, spentAfter, provesAppends: !spentBefore && spentAfter };
    },
  },
  {
    name: 'names with characters that filters cannot hold',
    async run(scene) {
      const name = `${scene.name} ${specialName}`;
      const made = await publishRows(scene, [1, 2], { mode: 'createOrOverwrite', name });
      const found = await scene.client.datasources.findByName(name, scene.projectId, { signal: scene.signal });
      expectThat(found?.id === made.id, 'it is not found by its name');
      return { sameName: made.name === name };
    },
  },
  {
    name: 'change rows: insert twice with one request id, delete by a constant',
    async run(scene) {
      const { client, signal } = scene;
      const datasourceId = idOf(scene);
      const start = await countRows(scene, datasourceId);
      const tables = { 'target-table': 'Extract', 'target-schema': 'Extract' } as const;
      const source = { 'source-table': 'Extract', 'source-schema': 'Extract' } as const;
      const requestId = requestIdFor(datasourceId, scene.name, 1);
      const jobIds: string[] = [];
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const upload = await client.uploads.send(await buildExtract(scene, 1001, 1005), { signal });
        const actions = [{ action: 'insert', ...tables, ...source } as const];
        const job = await client.datasources.changeData({ datasourceId, upload, actions, requestId }, { signal });
        jobIds.push(job.id);
        await client.jobs.wait(job.id, { signal });
      }
      const inserted = (await countRows(scene, datasourceId)) - start;
      expectThat(inserted === 5, `5 rows expected, ${inserted} came`);
      const condition = { op: 'gte', 'target-col': 'n', const: { type: 'integer', v: 1001 } } as const;
      const job = await client.datasources.changeData(
        {
          datasourceId,
          actions: [{ action: 'delete', ...tables, condition }],
          requestId: requestIdFor(datasourceId, scene.name, 2),
        },
        { signal },
      );
      await client.jobs.wait(job.id, { signal });
      expectThat((await countRows(scene, datasourceId)) === start, 'the delete left other rows');
      return { duplicateRequestId: jobIds[0] === jobIds[1] ? 'the first job' : 'a job of its own' };
    },
  },
  {
    name: 'what is refused, and how',
    async run(scene) {
      const { client, signal } = scene;
      const absent = '00000000-0000-4000-8000-000000000000';
      const upload = await client.uploads.send(await buildExtract(scene, 1, 2), { signal });
      const input = { upload, name: `${scene.name} lost`, mode: 'create', asJob: false, before: undefined } as const;
      return {
        unknownJob: await refusalOf(() => client.jobs.get(absent, { signal })),
        unknownDatasource: await refusalOf(() => client.datasources.get(absent, { signal })),
        unknownProject: await refusalOf(() => client.datasources.publish({ ...input, projectId: absent }, { signal })),
        unknownUpload: await refusalOf(() =>
          client.datasources.publish(
            {
              ...input,
              projectId: scene.projectId,
              upload: { uploadSessionId: '1:00000000000000000000000000000000-0:0', sizeBytes: 1 },
            },
            { signal },
          ),
        ),
      };
    },
  },
  {
    name: 'refresh of a pushed extract',
    async run(scene) {
      const { client, signal } = scene;
      let state = 'refused';
      const refusal = await refusalOf(async () => {
        const run = await client.datasources.refresh(idOf(scene), { signal });
        state = run.state;
        if (run.jobId !== undefined) await client.jobs.wait(run.jobId, { signal, deadlineMs: 120_000 });
      });
      return { state, ...refusal };
    },
  },
  {
    name: 'query, and delete',
    async run(scene) {
      const { client, signal } = scene;
      const id = idOf(scene);
      const listed = await client.datasources.query({ filter: `name:eq:${scene.name}`, signal });
      expectThat(
        listed.some((item) => item.id === id),
        'the filter by name does not find it',
      );
      await client.datasources.delete(id, { signal });
      const after = await refusalOf(() => client.datasources.get(id, { signal }));
      expectThat(after !== undefined, 'it can be read after its deletion');
      return { ...after };
    },
  },
];

function idOf(scene: VerifyScene): string {
  if (scene.datasource === undefined) throw new Unexpected('nothing was published before this flow');
  return scene.datasource.id;
}
