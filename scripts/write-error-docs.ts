import { readFileSync, writeFileSync } from 'node:fs';

import { errorCodes } from '../packages/schema/src/index.ts';

// docs/errors.md: the prose is written by hand, the table comes from the codes. Run after a code is added.
const path = new URL('../docs/errors.md', import.meta.url);
const marker = '<!-- codes -->';
const [prose = ''] = readFileSync(path, 'utf8').split(marker);
const rows = Object.entries(errorCodes)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(
    ([code, { exit, http, retryable, next }]) =>
      `| \`${code}\` | ${exit} | ${http} | ${retryable ? 'yes' : 'no'} | ${next.replaceAll('|', '\\|')} |`,
  );
writeFileSync(
  path,
  `${prose}${marker}\n\n| code | exit | HTTP | retried | what to do |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`,
);
