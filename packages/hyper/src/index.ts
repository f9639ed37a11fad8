export {
  engineCacheDir,
  findHyperd,
  HYPERD_PACKAGE_VERSION,
  hyperdPackageName,
  hyperdPackages,
  hyperdPlatform,
  type HyperdPlatform,
} from './engine-path.ts';
