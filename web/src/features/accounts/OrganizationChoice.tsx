// Which organisations an account is for: boxes to tick, to be narrowed by typing; what is ticked stands first.
import { useId, useState, type ReactNode } from 'react';
import { useCounty } from '../../api/queries';
import { useWords } from '../../i18n';
import { useNames } from '../../ui/names';

const outside = ['city', 'province', 'other', 'pharmacy'];
const searchedFrom = 8;

interface OrganizationChoiceProps {
  chosen: string[];
  change: (codes: string[]) => void;
  fault: ReactNode;
  'aria-invalid'?: boolean;
  'aria-describedby'?: string;
}

export function OrganizationChoice({ chosen, change, fault, ...points }: OrganizationChoiceProps) {
  const { t } = useWords();
  const names = useNames();
  const id = useId();
  const { data: county } = useCounty();
  const [find, setFind] = useState('');
  // Those ticked when it was opened come first; they do not jump about while somebody ticks.
  const [first] = useState(chosen);
  // Those of the county; the list also names where its people go.
  const isOwn = (region: string) => region === '' || region.startsWith(county?.code ?? '');
  const own = (county?.organizations ?? []).filter((organization) => !outside.includes(organization.kind) && isOwn(organization.region)).map((organization) => organization.code);
  const codes = [...first, ...own.filter((code) => !first.includes(code))];
  const wanted = find.trim().toLowerCase();
  const shown = codes.filter((code) => wanted === '' || chosen.includes(code) || names.organization(code).toLowerCase().includes(wanted) || code.toLowerCase().includes(wanted));
  return (
    <fieldset className="field" aria-describedby={points['aria-describedby']}>
      <legend>{t('accounts.organizations')}{chosen.length > 0 && <span className="faint"> {t('accounts.chosen', { count: chosen.length })}</span>}</legend>
      {codes.length === 0 ? (
        <p className="hint">{t('accounts.noOrganizations')}</p>
      ) : (
        <>
          {codes.length > searchedFrom && (
            <input type="search" className="text-input" aria-label={t('accounts.findOrganization')} placeholder={t('accounts.findOrganization')} value={find}
              onChange={(event) => setFind(event.target.value)} onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()} />
          )}
          <div className="tick-list">
            {shown.length === 0 && <p className="faint">{t('accounts.noneFound', { find: find.trim() })}</p>}
            {shown.map((code, index) => (
              <label key={code} className="check" htmlFor={`${id}-${code}`}>
                <input id={`${id}-${code}`} type="checkbox" name={index === 0 ? 'organizations' : undefined} checked={chosen.includes(code)}
                  onChange={(event) => change(event.target.checked ? [...chosen, code] : chosen.filter((each) => each !== code))} />
                <span>{names.organization(code)}</span>
              </label>
            ))}
          </div>
        </>
      )}
      {fault}
      <span className="faint">{t('accounts.organizationsHelp')}</span>
    </fieldset>
  );
}
