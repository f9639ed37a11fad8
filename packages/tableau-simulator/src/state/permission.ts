/** Capabilities of one grantee on one piece of content. */
export interface PermissionRecord {
  readonly granteeKind: 'user' | 'group';
  readonly granteeId: string;
  readonly capabilities: Map<string, 'Allow' | 'Deny'>;
}
