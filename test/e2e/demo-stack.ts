import { createStack, type Stack } from '../../scripts/demo/stack.ts';

export interface DemoStack extends Stack {
  readonly simulatorUrl: string;
  readonly adminUrl: string;
  readonly dashboardUrl: string;
  /** The end of the worker's log. */
  workerLog(): string;
}

/**
 * The whole product on free ports: simulator, worker with a private Redis, dashboard; connection `demo`. More variables
 * are given as they are, or made from the environment that knows the connection and the stack's folder.
 */
export async function startDemoStack(
  environment: NodeJS.ProcessEnv | ((env: NodeJS.ProcessEnv, folder: string) => Promise<NodeJS.ProcessEnv>) = {},
): Promise<DemoStack> {
  const stack = await createStack();
  try {
    const simulator = await stack.start('simulator', 'packages/tableau-simulator/bin/hyperferry-simulator.js', [
      '--port',
      '0',
    ]);
    const { url, adminUrl, siteContentUrl, tokenName, tokenSecret } = simulator.announced as Record<string, string>;
    Object.assign(stack.env, {
      HYPERFERRY_CONNECTION_DEMO_URL: url,
      HYPERFERRY_CONNECTION_DEMO_SITE: siteContentUrl,
      HYPERFERRY_CONNECTION_DEMO_PAT_NAME: tokenName,
      HYPERFERRY_CONNECTION_DEMO_PAT_SECRET: tokenSecret,
      // The same site with a token that it doesn't know.
      HYPERFERRY_CONNECTION_WRONG_URL: url,
      HYPERFERRY_CONNECTION_WRONG_SITE: siteContentUrl,
      HYPERFERRY_CONNECTION_WRONG_PAT_NAME: tokenName,
      HYPERFERRY_CONNECTION_WRONG_PAT_SECRET: 'hidden-secret-value',
      HYPERFERRY_DASHBOARD_PORT: '0',
    });
    Object.assign(
      stack.env,
      typeof environment === 'function' ? await environment(stack.env, stack.folder) : environment,
    );
    const worker = await stack.start('worker', 'apps/worker/bin/hyperferry-worker.js', []);
    const dashboard = await stack.start('dashboard', 'apps/dashboard/bin/hyperferry-dashboard.js', []);
    return {
      ...stack,
      simulatorUrl: url ?? '',
      adminUrl: adminUrl ?? '',
      dashboardUrl: String(dashboard.announced.url),
      workerLog: () => worker.log(),
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
