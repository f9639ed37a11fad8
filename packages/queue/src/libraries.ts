import { createRequire } from 'node:module';

import type * as Bullmq from 'bullmq';
import type * as Ioredis from 'ioredis';

const require = createRequire(import.meta.url);

// `import` would look through their 220 files for names first: a tenth of a second and more for every command.
/** BullMQ, for its classes; types are imported from `bullmq`. */
export const bullmq = require('bullmq') as typeof Bullmq;
/** ioredis, for its classes; types are imported from `ioredis`. */
export const ioredis = require('ioredis') as typeof Ioredis;
