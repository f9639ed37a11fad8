import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Running processes whose command line or environment names a folder, this one excepted. */
export async function processesNaming(folder: string): Promise<string[]> {
  if (!existsSync('/proc/self/cmdline')) return await fromPs(folder);
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const [command, environment] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
    );
    if (`${command}${environment}`.includes(folder))
      found.push(`process ${pid} ${command?.replaceAll('\0', ' ').slice(0, 80)}`);
  }
  return found;
}

async function fromPs(folder: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,command=']);
  return stdout.split('\n').filter((line) => line.includes(folder));
}
