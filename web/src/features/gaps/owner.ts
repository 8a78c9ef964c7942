// A gap is owned by a role until a person is named.
import { useWords } from '../../i18n';

const roles = ['administrator', 'county-director', 'insurance-officer', 'hospital-manager', 'hospital-it', 'clinician', 'viewer', 'security-administrator', 'auditor'];

export function useOwnerName(): (owner: string) => string {
  const { t } = useWords();
  return (owner) => (roles.includes(owner) ? t(`role.${owner}`) : owner);
}
