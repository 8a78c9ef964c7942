// Approve an action from the menu: what, who, by when, what it should change. Typed things stay until they are sent.
import { Button } from 'antd';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState, type FormEvent } from 'react';
import { useActionTypes, useCounty } from '../../api/queries';
import { ApiError, call } from '../../api/client';
import type { ActionRequest, ActionType, Gap } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { useDraft } from '../../lib/draft';
import { decimalToPercent, formatValue } from '../../lib/format';
import { localDay } from '../../lib/period';
import { useMe } from '../../session/session';
import { useNames } from '../../ui/names';
import { SideSheet } from '../../ui/SideSheet';
import { MarkBadge } from '../../ui/sources';
import { Answer, Empty, useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { expectedOf, faultsOf, type Field } from './approve';
import { isOfList } from './items';

interface ApproveSheetProps {
  gap: Gap;
  unit: string;
  onClose: () => void;
}

interface Typed {
  type: string;
  owner: string;
  dueOn: string;
  expected: string;
  note: string;
  diseaseGroup: string;
  begun: boolean;
  startedOn: string;
}

export function ApproveSheet({ gap, unit, onClose }: ApproveSheetProps) {
  const { t } = useWords();
  const types = useActionTypes(gap.measure, true);
  return (
    <SideSheet title={<h2 className="side-sheet-h">{t('action.approve')}</h2>} width={620} onClose={onClose}>
      <Answer of={types} lines={8}>
        {(menu) => (menu.length === 0 ? <Empty title={t('action.noMenu')} /> : <ApproveForm gap={gap} unit={unit} menu={menu} onClose={onClose} />)}
      </Answer>
    </SideSheet>
  );
}

function ApproveForm({ gap, unit, menu, onClose }: ApproveSheetProps & { menu: ActionType[] }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const words = useErrorText();
  const names = useNames();
  const me = useMe();
  const client = useQueryClient();
  const { data: county } = useCounty();
  const id = useId();
  const share = unit === '1';
  const draft = useDraft<Typed>(me.user, `approve.${gap.id}`, {
    type: '', owner: '', dueOn: '', expected: share ? decimalToPercent(gap.target) : gap.target ?? '', note: '',
    diseaseGroup: gap.diseaseGroup, begun: false, startedOn: '',
  });
  const { change } = draft;
  // What was not chosen yet is proposed, but only what was typed is kept.
  const type = draft.value.type || menu[0].id;
  const chosen = menu.find((each) => each.id === type) ?? menu[0];
  const value = { ...draft.value, type: chosen.id, dueOn: draft.value.dueOn || localDay(new Date(), chosen.usualDays) };
  const [problem, setProblem] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const today = localDay(new Date(), 0);
  const found = faultsOf(value, share, today);
  const told = (field: Field) => tried && found[field] && <span id={`${id}-${field}-fault`} className="field-fault" role="alert">{t(`actionFault.${found[field]}`)}</span>;
  const points = (field: Field, help?: string) =>
    ({ 'aria-invalid': (tried && Boolean(found[field])) || undefined, 'aria-describedby': [tried && found[field] && `${id}-${field}-fault`, help].filter(Boolean).join(' ') || undefined });

  const approve = useMutation({
    mutationFn: (request: ActionRequest) => call<Gap>(`/api/gaps/${encodeURIComponent(gap.id)}/actions`, { method: 'POST', body: request }),
    onSuccess: (next) => {
      draft.drop();
      client.setQueryData(['gap', gap.id], next);
      for (const key of ['gaps', 'actions', 'overview']) void client.invalidateQueries({ queryKey: [key] });
      showToast({ text: t('action.approved') });
      onClose();
    },
    // An ended session is told by the dialog above the page, and is over when that closes.
    onError: (error) => setProblem(error instanceof ApiError && error.status === 401 ? null : words(error)),
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setProblem(null);
    setTried(true);
    const wrong = Object.keys(found)[0];
    if (wrong) {
      form.current?.querySelector<HTMLElement>(`[name="${wrong}"]`)?.focus();
      return;
    }
    if (approve.isPending) return;
    const expectedValue = expectedOf(value.expected, share) ?? '';
    const request: ActionRequest = { type: value.type, owner: value.owner.trim(), dueOn: value.dueOn, expectedValue, note: value.note.trim() };
    if (value.diseaseGroup) request.diseaseGroup = value.diseaseGroup;
    if (value.begun && value.startedOn) request.startedOn = value.startedOn;
    approve.mutate(request);
  };

  const carried = [...new Set(gap.carriers.map((carrier) => carrier.diseaseGroup).filter((group) => group && group !== 'other'))];
  const groupNames = new Map(gap.carriers.map((carrier) => [carrier.diseaseGroup, text(carrier.diseaseGroupName)]));
  const groups = [...carried, ...(county?.diseaseGroups ?? []).map((group) => group.id).filter((group) => !carried.includes(group) && group !== 'other')];
  return (
    <form ref={form} className="form" noValidate onSubmit={submit}>
      {draft.restored && <p className="hint" role="status">{t('common.draftRestored')}</p>}
      <fieldset className="menu">
        <legend>{t('action.type')}</legend>
        {menu.map((type) => (
          <label key={type.id} className={value.type === type.id ? 'menu-item menu-item-on' : 'menu-item'}>
            <input type="radio" name={`${id}-type`} value={type.id} checked={value.type === type.id}
              onChange={() => change({ type: type.id, dueOn: localDay(new Date(), type.usualDays) })} />
            <span>
              <strong>{text(type.name)}</strong> <span className="faint">{t('action.usualDays', { count: type.usualDays })}</span>
              <span className="menu-words">{text(type.description)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p className="hint">
        {t('action.usuallyChanges')}{text(chosen.expected)}{' '}
        {[...new Set(chosen.sources.map((source) => source.mark))].map((mark) => <MarkBadge key={mark} mark={mark} />)}
      </p>
      {!isOfList(gap) && <div className="field">
        <label htmlFor={`${id}-group`}>{t('action.aim')}</label>
        <select id={`${id}-group`} className="text-input" value={value.diseaseGroup} onChange={(event) => change({ diseaseGroup: event.target.value })}>
          <option value="">{t('action.aimAll')}</option>
          {groups.map((group) => <option key={group} value={group}>{groupNames.get(group) || names.diseaseGroup(group)}</option>)}
        </select>
      </div>}
      <div className="field">
        <label htmlFor={`${id}-owner`}>{t('action.owner')}</label>
        <input id={`${id}-owner`} name="owner" className="text-input" autoComplete="off" list={`${id}-owners`} placeholder={t('action.ownerHint')}
          value={value.owner} onChange={(event) => change({ owner: event.target.value })} {...points('owner')} />
        {told('owner')}
        <datalist id={`${id}-owners`}>
          {(county?.organizations ?? []).filter((organization) => organization.kind.startsWith('county')).map((organization) => <option key={organization.code} value={organization.name} />)}
        </datalist>
      </div>
      <div className="fields">
        <div className="field">
          <label htmlFor={`${id}-due`}>{t('action.due')}</label>
          <input id={`${id}-due`} name="dueOn" className="text-input" type="date" min={value.begun ? value.startedOn : today} value={value.dueOn} onChange={(event) => change({ dueOn: event.target.value })} {...points('dueOn')} />
          {told('dueOn')}
        </div>
        <div className="field">
          <label htmlFor={`${id}-expected`}>{t('action.expected')}{share && ' (%)'}</label>
          <input id={`${id}-expected`} name="expected" className="text-input number" inputMode="decimal" aria-required="true" value={value.expected} onChange={(event) => change({ expected: event.target.value })}
            {...points('expected', `${id}-expected-help`)} />
          {told('expected')}
          <span id={`${id}-expected-help`} className="faint">
            {t('action.expectedHelp', { latest: formatValue(gap.latest.value, unit, language), target: formatValue(gap.target, unit, language) })}
          </span>
        </div>
      </div>
      <label className="check">
        <input type="checkbox" checked={value.begun} onChange={(event) => change({ begun: event.target.checked, startedOn: value.startedOn || today })} />
        <span>{t('action.begun')}</span>
      </label>
      {value.begun && (
        <div className="field">
          <label htmlFor={`${id}-started`}>{t('action.started')}</label>
          <input id={`${id}-started`} name="startedOn" className="text-input" type="date" max={today} value={value.startedOn} onChange={(event) => change({ startedOn: event.target.value })} {...points('startedOn')} />
          {told('startedOn')}
        </div>
      )}
      <div className="field">
        <label htmlFor={`${id}-note`}>{t('action.note')}</label>
        <textarea id={`${id}-note`} className="text-input" rows={3} value={value.note} onChange={(event) => change({ note: event.target.value })} />
      </div>
      {problem !== null && <p className="form-error" role="alert">{problem}</p>}
      <div className="form-end">
        <Button onClick={onClose}>{t('common.later')}</Button>
        <Button type="primary" htmlType="submit" loading={approve.isPending}>{t('action.approveNow')}</Button>
      </div>
    </form>
  );
}
