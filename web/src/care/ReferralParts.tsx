// What every page shows of a referral in the same way: who could receive, the consent, how far it is.
import { useId, useState, type ReactNode } from 'react';
import { useText, useWords } from '../i18n';
import { none } from '../lib/format';
import { localDay } from '../lib/period';
import { Failed, Loading } from '../ui/states';
import { usePathways, type useReceivers } from './queries';
import { firstOf, proposalOf } from './referral';
import type { Referral } from './types';

const firstReceivers = 4;

export function ReceiverMenu({ receivers, chosen, choose }: { receivers: ReturnType<typeof useReceivers>; chosen: string | undefined; choose: (organization: string) => void }) {
  const { t } = useWords();
  const text = useText();
  const id = useId();
  const [all, setAll] = useState(false);
  const list = receivers.data?.receivers ?? [];
  const shown = all ? list : firstOf(list, firstReceivers, (each) => each.organization === chosen);
  return (
    <>
      {receivers.isPending && <Loading lines={3} />}
      {receivers.error !== null && receivers.data === undefined && <Failed error={receivers.error} retry={() => void receivers.refetch()} />}
      <fieldset className="menu">
        <legend className="only-read">{t('refer.to')}</legend>
        {shown.map((each) => (
          <label key={each.organization} className={chosen === each.organization ? 'menu-item menu-item-on' : 'menu-item'}>
            <input type="radio" name={id} checked={chosen === each.organization} onChange={() => choose(each.organization)} />
            <span>
              <strong>{each.name}</strong> {each.suggested && <span className="badge action-accepted">{t('refer.suggested')}</span>}
              <span className="menu-words">{text(each.why)}</span>
            </span>
          </label>
        ))}
        {shown.length < list.length && <button type="button" className="tool tool-big" onClick={() => setAll(true)}>{t('refer.moreReceivers', { count: list.length - shown.length })}</button>}
      </fieldset>
    </>
  );
}

export interface PlanFields {
  text: string;
  pathway: string;
  nextDate: string;
}

// What is to be done below by whoever is sent down.
export function PlanForm({ plan, change, fault }: { plan: PlanFields; change: (plan: Partial<PlanFields>) => void; fault?: ReactNode }) {
  const { t } = useWords();
  const text = useText();
  const id = useId();
  const pathways = usePathways(true);
  return (
    <>
      <div className="visit-field">
        <label htmlFor={`${id}-text`}>{t('referral.planText')}</label>
        <textarea id={`${id}-text`} className="text-input" rows={4} value={plan.text} onChange={(event) => change({ text: event.target.value })} />
        {fault}
      </div>
      <div className="fields">
        <div className="visit-field">
          <label htmlFor={`${id}-pathway`}>{t('referral.planPathway')}</label>
          <select id={`${id}-pathway`} className="text-input" value={plan.pathway} onChange={(event) => change({ pathway: event.target.value })}>
            <option value="">{none}</option>
            {(pathways.data?.pathways ?? []).map((pathway) => <option key={pathway.id} value={pathway.id}>{text(pathway.title)}</option>)}
          </select>
        </div>
        <div className="visit-field">
          <label htmlFor={`${id}-nextDate`}>{t('referral.nextDate')}</label>
          <input id={`${id}-nextDate`} className="text-input" type="date" autoComplete="off" min={localDay(new Date())} value={plan.nextDate} onChange={(event) => change({ nextDate: event.target.value })} />
        </div>
      </div>
    </>
  );
}

export function ConsentBox({ given, change, children }: { given: boolean; change: (given: boolean) => void; children?: ReactNode }) {
  const { t } = useWords();
  return (
    <>
      <p className="faint">{t('refer.recordToo')}</p>
      <label className="visit-also">
        <input type="checkbox" checked={given} onChange={(event) => change(event.target.checked)} />
        <span>{t('refer.consent')}</span>
      </label>
      {children}
    </>
  );
}

// A draft is work to do, and says whose idea it was.
export function StateBadge({ referral }: { referral: Referral }) {
  const { t } = useWords();
  const text = useText();
  if (referral.state !== 'draft') return <span className="badge">{text(referral.stateName)}</span>;
  return <span className="badge due-now">{t(proposalOf(referral) ? 'referral.proposedState' : 'referral.draftState')}</span>;
}
