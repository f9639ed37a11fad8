import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A real CSV that the demo publishes, and how its proof reads it without hyperferry's own reader. */
export interface Dataset {
  readonly file: string;
  readonly project: string;
  readonly name: string;
  /** Two columns whose every value is compared with the CSV. */
  readonly proof: readonly [string, string];
}

export const datasets: readonly Dataset[] = [
  { file: 'zipcodes.csv', project: 'Samples', name: 'ZIP codes', proof: ['zip_code', 'latitude'] },
  {
    file: 'seattle-weather.csv',
    project: 'Operations/Weather & Climate',
    name: 'Seattle weather',
    proof: ['date', 'temp_max'],
  },
  { file: 'sp500-2000.csv', project: 'Finance/Sales', name: 'S&P 500 since 2000', proof: ['date', 'close'] },
];

/** The files of the npm package vega-datasets: its `exports` hide them, so they are found beside its entry. */
export function datasetPath(file: string): string {
  return join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '..', 'data', file);
}
