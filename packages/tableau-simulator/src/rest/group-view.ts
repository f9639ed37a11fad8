import { element, type Element } from '../http/element.ts';
import type { Fields } from '../http/filter.ts';
import type { GroupRecord } from '../state/model.ts';

export function groupElement(group: GroupRecord): Element {
  const role = group.minimumSiteRole;
  return element('group', { id: group.id, name: group.name, userCount: group.userIds.size, minimumSiteRole: role }, [
    element('domain', { name: 'local' }),
    // TSC reads the role from here, and takes only onLogin and onSync.
    ...(role === undefined
      ? []
      : [element('import', { domainName: 'local', siteRole: role, grantLicenseMode: 'onLogin' })]),
  ]);
}

export const groupFields: Fields<GroupRecord> = {
  id: (group) => group.id,
  name: (group) => group.name,
  domainName: () => 'local',
  domainNickname: () => 'local',
  isLocal: () => true,
  userCount: (group) => group.userIds.size,
  minimumSiteRole: (group) => group.minimumSiteRole,
};
