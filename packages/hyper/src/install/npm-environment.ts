/** What an inner npm may take over from the outer one: where packages come from and how to get there. */
const keptSettings =
  /^npm_config_(?:registry|@.*|\/\/.*|replace_registry_host|https?_proxy|proxy|noproxy|ca|cafile|cert|key|strict_ssl|cache|userconfig|globalconfig|offline|prefer_offline|prefer_online|fetch_.*|maxsockets|local_address)$/;

/**
 * The environment for an inner `npm ci` under `npm run`: the outer npm hands all its settings down (the workspace,
 * the prefix, `engine-strict`, `omit`, `dry-run` …), which would install something else, or elsewhere.
 */
export function npmEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) {
    const lower = name.toLowerCase().replaceAll('-', '_');
    if (lower.startsWith('npm_') && !keptSettings.test(lower)) continue;
    if (name === 'NODE_OPTIONS' || name === 'NODE_ENV') continue;
    kept[name] = value;
  }
  return kept;
}

/** How to start npm: with the one that runs us if we run under npm, else the one on PATH. */
export function npmCommand(env: NodeJS.ProcessEnv): { program: string; args: readonly string[] } {
  const running = env['npm_execpath'];
  if (running?.endsWith('npm-cli.js') === true) return { program: process.execPath, args: [running] };
  return { program: 'npm', args: [] };
}
