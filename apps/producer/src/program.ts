import { Command } from 'commander';

type AddCommand = (program: Command) => void;

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
  resume: async () => (await import('./commands/resume.ts')).addResumeCommand,
  'verify-server': async () => (await import('./commands/verify-server.ts')).addVerifyServerCommand,
  workers: async () => (await import('./commands/workers.ts')).addWorkersCommand,
};

/**
 * The command line for some arguments: with the verb that they name, or with all verbs when they name none (for help).
 * Errors are thrown, not printed: `main.ts` decides.
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('hyperferry')
    .description('Data into Tableau: CSV files to published .hyper data sources')
    .version('0.1.0')
    .exitOverride()
    .option('--verbose', 'show the stack of errors')
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true });
  const wanted = verbs[args.find((arg) => !arg.startsWith('-')) ?? ''];
  for (const load of wanted === undefined ? Object.values(verbs) : [wanted]) (await load())(program);
  return program;
}
