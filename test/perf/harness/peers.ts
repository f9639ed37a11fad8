import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const packages = ['pantab==5.3.0', 'pandas==3.1.1', 'tableauhyperapi==0.0.26963'];

/** A Python with the peers in it, installed into the cache at the first use; undefined, saying why, when it can't be had. */
export async function findPeers(cacheDir: string, log: (text: string) => void): Promise<string | undefined> {
  const given = process.env['HYPERFERRY_TEST_PYTHON'];
  if (given !== undefined && given !== '') {
    if (await hasPeers(given)) return given;
    log(`HYPERFERRY_TEST_PYTHON, ${given}, cannot import the peers: another one is made`);
  }
  const venv = join(cacheDir, 'peers');
  const python = join(venv, 'bin', 'python');
  const marker = join(venv, 'complete');
  if (
    await access(marker).then(
      () => true,
      () => false,
    )
  )
    return python;
  try {
    log(`installing ${packages.join(', ')} into ${venv}`);
    await mkdir(cacheDir, { recursive: true });
    await run('python3', ['-m', 'venv', '--clear', venv]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
    if (!(await hasPeers(python))) throw new Error(`they are installed in ${venv} and cannot be imported`);
    await writeFile(marker, '');
    return python;
  } catch (error) {
    log(`peers are not measured, their rows are left out: ${(error as Error).message.split('\n')[0]}`);
    return undefined;
  }
}

async function hasPeers(python: string): Promise<boolean> {
  return await run(python, ['-c', 'import pantab, pandas, tableauhyperapi']).then(
    () => true,
    () => false,
  );
}
