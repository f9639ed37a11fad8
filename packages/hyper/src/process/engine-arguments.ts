import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { HyperException } from '../errors.ts';

/** How an engine process is set up; all of it is fixed when the process starts. */
export interface EngineSettings {
  /** Bytes, or text as the engine reads it: `2g`, `50%`. Default: 80 % of the machine. */
  readonly memoryLimit?: number | string;
  /** Threads for queries. Default: cores + 1, which loads fastest. */
  readonly threads?: number;
  /** Folder for what doesn't fit into memory. Default: the system's temporary folder. */
  readonly tempDir?: string;
  /** Folder for the engine's log. Default: no log. The log holds SQL texts. */
  readonly logDir?: string;
  /** The only folders from which SQL may read files. Default: all. Links are followed: check real paths before. */
  readonly fileWhitelist?: readonly string[];
  /** Version of the database files it creates; 3 brings numeric of more than 18 digits, 4 real. Default: 2. */
  readonly databaseVersion?: number;
}

/** Number in the listener's file name `.s.PGSQL.<number>`; no TCP port is opened. */
export const LISTENER_PORT = 7483;

/** The user that owns the databases; Tableau expects this one. */
export const ENGINE_USER = 'tableau_internal_user';

// Database files are read and written by calls instead of being mapped into memory: mapped, each page that is written counts
// as resident until the file is closed, 1.5 GB for a table of 52 million rows instead of 0.6 (docs/adr/0007). The rest is the default.
const STORAGE_PROVIDERS = JSON.stringify({
  providers: [
    {
      type: 'single-file',
      name: 'file',
      implementation: 'psync',
      blacklist: [],
      whitelist: ['*'],
      'default-directory': '',
      'allowed-access-mode': 'read-write',
    },
    { type: 'transient-file', name: 'transient', 'entry-limit': 0, 'size-limit': '0', 'entry-lifetime': '0ms' },
  ],
  default: 'file',
  'default-transient': 'transient',
});

// When a table has been built the engine draws a sample for its planner, one row in 200, keeps it in memory, and writes so many
// rows of it into the file. No more are drawn than are written. (None at all would save reading the blocks of the table again,
// 0.2 s for 5 million rows, but Tableau's engine would find no sample.)
const SAMPLE_ROWS = 1000;

/** The command line of `hyperd` for a private folder. @throws {HyperException} HYPER_OPTION_INVALID when a setting can't be said on it */
export function engineArguments(privateDir: string, callbackSocket: string, settings: EngineSettings): string[] {
  // In `tab.domain://DIR/domain/NAME` the socket's file is DIR/NAME; `domain` is a word of the address, not a folder.
  const socket = (name: string) => `tab.domain://${privateDir}/domain/${name}`;
  const threads = settings.threads ?? availableParallelism() + 1;
  if (!Number.isInteger(threads) || threads < 1)
    throw new HyperException('HYPER_OPTION_INVALID', `threads is ${threads}, not a whole number from 1`);
  const percent = Math.round((100 * threads) / availableParallelism());
  const args = [
    'run',
    '--callback-connection',
    socket(callbackSocket),
    '--listen-connection',
    socket(`.s.PGSQL.${LISTENER_PORT}`),
    `--init-user=${ENGINE_USER}`,
    '--language=en_US',
    '--no-password',
    '--skip-license',
    `--default-database-version=${settings.databaseVersion ?? 2}`,
    `--soft-concurrent-query-thread-limit=${percent}%`,
    `--log-dir=${settings.logDir ?? privateDir}`,
    `--log-config=${settings.logDir === undefined ? '' : 'file,json,all,hyperd,0'}`,
    '--log-file-size-limit=20m',
    '--log-file-max-count=3',
    `--storage-providers=${STORAGE_PROVIDERS}`,
    `--sample-max-tuples=${SAMPLE_ROWS}`,
  ];
  if (settings.memoryLimit !== undefined) args.push(`--memory-limit=${memoryText(settings.memoryLimit)}`);
  if (settings.tempDir !== undefined) args.push(`--hyper-temp-directory-override=${settings.tempDir}`);
  if (settings.fileWhitelist !== undefined)
    args.push(`--external-file-whitelist=${whitelist(settings.fileWhitelist, privateDir)}`);
  return args;
}

function memoryText(limit: number | string): string {
  // A limit of nothing would be none at all.
  const isSaid =
    typeof limit === 'number' ? limit >= 1 : /^\d+(?:\.\d+)?(?:%|[kmgt]b?)?$/i.test(limit) && /[1-9]/.test(limit);
  if (isSaid && limit !== Infinity)
    return typeof limit === 'number' ? `${Math.max(1, Math.floor(limit / 2 ** 20))}m` : limit;
  throw new HyperException('HYPER_OPTION_INVALID', `memoryLimit ${String(limit)} is neither bytes nor like 2g or 50%`);
}

function whitelist(dirs: readonly string[], privateDir: string): string {
  const bad = dirs.find((dir) => dir.includes(';') || !dir.startsWith('/'));
  if (bad !== undefined) {
    throw new HyperException(
      'HYPER_OPTION_INVALID',
      `folder ${JSON.stringify(bad)} can't be in the whitelist: not absolute, or with a semicolon`,
    );
  }
  // An empty list would allow everything; a folder that never exists allows nothing.
  return dirs.length === 0 ? join(privateDir, 'nothing') : dirs.join(';');
}
