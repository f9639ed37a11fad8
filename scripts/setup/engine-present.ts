import { findHyperd } from '@hyperferry/hyper/engine';

/** Is the engine there? @throws {HyperferryError} HYPER_PLATFORM_UNSUPPORTED; HYPER_ENGINE_MISSING if HYPERD_PATH is wrong */
export function hasEngine(env: NodeJS.ProcessEnv): boolean {
  try {
    findHyperd(env);
    return true;
  } catch (error) {
    if ((env['HYPERD_PATH'] ?? '') === '' && (error as { code?: unknown }).code === 'HYPER_ENGINE_MISSING')
      return false;
    throw error;
  }
}
