export { installFolder } from './cache-folder.ts';
export { installEngine } from './install-engine.ts';
export { withInstallLock } from './install-lock.ts';
export { type CommandResult, lastLines, runCommand } from './run-command.ts';
export { cacheWriteError, SetupError } from './setup-error.ts';
