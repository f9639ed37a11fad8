import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// Without `module`: vitest hands the conditions on to Node, which would then load files that only bundlers can read.
const conditions = ['hyperferry-source', ...defaultServerConditions.filter((condition) => condition !== 'module')];

// Three kinds of test. Unit: beside the code, no network, milliseconds. Integration: beside the code, real Redis or
// real engine. End to end: the built programs as processes of their own.
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ['default', './test/closing-line-reporter.ts'],
    env: { TZ: 'America/St_Johns' },
    // Two files at once on the two cores of CI: most tests wait for a process, a lease or a server some of the time.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{packages,apps}/*/src/**/*.test.ts',
            'test/*.test.ts',
            'test/docker/*.test.ts',
            'test/{soak,perf}/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: ['**/*.int.test.ts', '**/dist/**', '**/node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/src/**/*.int.test.ts', 'scripts/**/*.int.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          // A newcomer's first hour: clones of this working tree on awkward machines.
          name: 'first-hour',
          include: ['test/first-hour/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          // The dashboard's pages as people see them, in the Chromium of the machine.
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
