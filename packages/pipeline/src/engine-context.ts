import type { Connects } from '@hyperferry/hyper';
import type { StageContext } from '@hyperferry/schema';

/** Context of the steps that work inside the engine: a `HyperProcess`, or whatever else gives connections. */
export type EngineContext = StageContext & { readonly engine: Connects };
