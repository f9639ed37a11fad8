export type { Admin, TablePreview } from './admin/admin.ts';
export type { StateReport } from './admin/state-report.ts';
export type { TableContent } from './engine/engine.ts';
export { SimulatorError } from './errors.ts';
export {
  type Simulator,
  type SimulatorAccess,
  type SimulatorOptions,
  type SimulatorSite,
  startSimulator,
} from './start-simulator.ts';
export { createClock, type SimulatorClock } from './state/clock.ts';
export type { Counters } from './state/counters.ts';
export type { FaultAction, FaultRuleInput } from './state/faults.ts';
export type { Limits, LimitsInput } from './state/limits.ts';
export { defaultSeed, type SeedInput } from './state/seed.ts';
