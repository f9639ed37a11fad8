/** The environment of this process, for those who give none: all that is looked up in it is where the engine is. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
