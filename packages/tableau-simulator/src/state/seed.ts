import { z } from 'zod';

import { NEWEST_API_VERSION } from '../http/version.ts';
import { siteRoles } from './model.ts';

const nameSchema = z.string().min(1).max(255);

const userSeedSchema = z.strictObject({
  name: nameSchema,
  password: z.string().min(1).optional(),
  fullName: z.string().optional(),
  email: z.string().optional(),
  siteRole: z.enum(siteRoles).default('Creator'),
});

const tokenSeedSchema = z.strictObject({
  name: nameSchema,
  /** Absent: random. */
  secret: z.string().min(1).optional(),
  user: nameSchema,
  expiresAt: z.iso.datetime().optional(),
});

const siteSeedSchema = z.strictObject({
  contentUrl: z.string().regex(/^[\w-]*$/),
  name: nameSchema,
  users: z.array(userSeedSchema).default([]),
  /** Paths; parents are made as needed. A `/` inside a name is written `\/`. */
  projects: z.array(z.string().min(1)).default([]),
  /** Flows in the default project: they can be run, and do nothing. */
  flows: z.array(nameSchema).default([]),
  groups: z.array(z.strictObject({ name: nameSchema, users: z.array(nameSchema).default([]) })).default([]),
  tokens: z.array(tokenSeedSchema).default([]),
  connectedApps: z
    .array(z.strictObject({ clientId: z.uuid(), secretId: z.uuid(), secretValue: z.string().min(16) }))
    .default([]),
});

/** What a simulator begins with. */
export const seedSchema = z.strictObject({
  productVersion: z.string().default('2025.3.0'),
  build: z.string().default('20253.25.1010.1234'),
  /** Newest API version that it speaks; older ones are accepted. */
  apiVersion: z
    .string()
    .regex(/^3\.\d{1,2}$/)
    .default(NEWEST_API_VERSION),
  /** Cloud has no empty contentUrl and no list of sites. */
  cloud: z.boolean().default(false),
  /** Projects `Generated 0001` … added to the first site, to fill several pages. */
  generatedProjects: z.int().min(0).max(20_000).default(0),
  sites: z.array(siteSeedSchema).min(1),
});

export type Seed = z.infer<typeof seedSchema>;
export type SeedInput = z.input<typeof seedSchema>;

const people = [
  { name: 'admin', fullName: 'Ada Admin', siteRole: 'SiteAdministratorCreator' },
  { name: 'publisher', fullName: 'Paula Publisher', siteRole: 'Creator' },
  { name: 'viewer', fullName: 'Victor Viewer', siteRole: 'Viewer' },
] as const;

/** The seed when none is given: two sites, three people, a tree of projects. */
export const defaultSeed: SeedInput = {
  sites: [
    {
      contentUrl: 'demo',
      name: 'Demo',
      users: [...people],
      projects: [
        'Samples',
        'Finance/Sales',
        'Finance/Sales/Archive',
        'Finance/Costs',
        'Marketing/Sales',
        'Operations/Weather & Climate',
        String.raw`Operations/In\/Out`,
        'Überblick/Größe, Maß: 1+1',
      ],
      flows: ['Nightly clean-up'],
      groups: [{ name: 'Analysts', users: ['publisher', 'viewer'] }],
      tokens: [{ name: 'hyperferry', user: 'admin' }],
    },
    {
      contentUrl: 'second',
      name: 'Second',
      users: [...people],
      projects: ['Finance/Sales'],
      tokens: [{ name: 'hyperferry-second', user: 'admin' }],
    },
  ],
};
