// The Tableau client's upload session, without the commit. Arguments: server, file.
import { statSync } from 'node:fs';

import { TableauClient } from '@hyperferry/tableau';

const [, , serverUrl, path] = process.argv;
const credentials = { kind: 'pat', tokenName: 'bench', tokenSecret: 'bench-secret' };
const client = await TableauClient.open({
  name: 'bench',
  serverUrl,
  siteContentUrl: '',
  credentials,
  tlsInsecure: false,
});
await client.uploads.send({ path, sizeBytes: statSync(path).size });
await client.close();
