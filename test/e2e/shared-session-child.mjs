// One of several worker processes that share a personal access token: publishes a number of data sources in a row.
import { connectRedis, openSessionStore } from '@hyperferry/queue';
import { TableauClient } from '@hyperferry/tableau';

const { settings, dataDir, extract, prefix, count } = JSON.parse(process.env.SHARED_SESSION_CHILD);
const sessionStore = openSessionStore(await connectRedis({ dataDir }));
const client = await TableauClient.open(settings, { sessionStore });
const project = await client.projects.resolve('Finance/Sales');
for (let index = 0; index < count; index += 1) {
  const upload = await client.uploads.send(extract);
  const name = `${prefix} ${index}`;
  const input = { upload, name, projectId: project.id, mode: 'create', asJob: false, before: undefined };
  await client.datasources.publish(input);
}
await client.close();
await sessionStore.close();
