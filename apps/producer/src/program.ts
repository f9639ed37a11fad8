import { Command } from 'commander';

/** Adds a verb. The environment is for verbs that work on this machine alone; the others check theirs as settings. */
type AddCommand = (program: Command, env: NodeJS.ProcessEnv) => void;

/** The verbs, one file each in `commands/`; loaded when wanted, for the libraries behind all of them take half a second. */
const verbs: Readonly<Record<string, () => Promise<AddCommand>>> = {
  publish: async () => (await import('./commands/publish.ts')).addPublishCommand,
  extract: async () => (await import('./commands/extract.ts')).addExtractCommand,
  plan: async () => (await import('./commands/plan.ts')).addPlanCommand,
  read: async () => (await import('./commands/read.ts')).addReadCommand,
  runs: async () => (await import('./commands/runs.ts')).addRunsCommand,
  show: async () => (await import('./commands/show.ts')).addShowCommand,
  watch: async () => (await import('./commands/watch.ts')).addWatchCommand,
  cancel: async () => (await import('./commands/cancel.ts')).addCancelCommand,
  retry: async () => (await import('./commands/retry.ts')).addRetryCommand,
  release: async () => (await import('./commands/release.ts')).addReleaseCommand,
  skip: async () => (await import('./commands/skip.ts')).addSkipCommand,
  pause: async () => (await import('./commands/pause.ts')).addPauseCommand,
  pauses: async () => (await import('./commands/pauses.ts')).addPausesCommand,
  resume: async () => (await import('./commands/resume.ts')).addResumeCommand,
  'spec-schema': async () => (await import('./commands/spec-schema.ts')).addSpecSchemaCommand,
  'verify-server': async () => (await import('./commands/verify-server.ts')).addVerifyServerCommand,
  workers: async () => (await import('./commands/workers.ts')).addWorkersCommand,
};

/**
 * The command line for some arguments: with the verb that they name, or with all verbs when they name none (for help).
 * Errors are thrown, not printed: `main.ts` decides.
 */
export async function createProgram(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Command> {
  const program = new Command('hyperferry')
    .description('Data into Tableau: CSV files to published .hyper data sources')
    .version('0.1.0')
    .exitOverride()
    .option('--verbose', 'show the stack of errors')
    .showSuggestionAfterError()
    // What is wrong with the use is printed as all errors are: main.ts.
    .configureOutput({ outputError() {} })
    .configureHelp({ showGlobalOptions: true });
  for (const load of wantedVerbs(args)) (await load())(program, env);
  return program;
}

function wantedVerbs(args: readonly string[]) {
  if (args[0] === '--version' || args[0] === '-V') return [];
  const wanted = verbs[args.find((arg) => !arg.startsWith('-')) ?? ''];
  return wanted === undefined ? Object.values(verbs) : [wanted];
}
