/** What `connect` does about the database file; as in Tableau's Hyper API. */
export const CreateMode = Object.freeze({
  /** The file must exist. */
  none: 'none',
  /** The file must not exist. */
  create: 'create',
  createIfNotExists: 'createIfNotExists',
  /** An existing file is deleted first. Not atomic: `writeDatabaseAtomically` is. */
  createAndReplace: 'createAndReplace',
});

export type CreateMode = (typeof CreateMode)[keyof typeof CreateMode];
