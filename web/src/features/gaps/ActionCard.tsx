// One action: who, by when, how far; the next step with a word about it; everything that was done before.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useRef, useState } from 'react';
import { ApiError, call } from '../../api/client';
import type { CasesQuestion } from '../../api/queries';
import type { Action, ActionChange, ActionStatus, Gap, MeasureDefinition } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { useDraft } from '../../lib/draft';
import { formatDate, formatInstant, formatValue } from '../../lib/format';
import { useMe } from '../../session/session';
import { ActionState, VerdictBadge } from '../../ui/badges';
import { useErrorText } from '../../ui/states';
import { showToast } from '../../ui/toasts';
import { ComparisonView } from './ComparisonPanel';
import { isCompared, type Scale } from './scale';
import { forward, stepBack, undoOf } from './steps';

interface ActionCardProps {
  action: Action;
  unit: string;
  direction: MeasureDefinition['direction'] | undefined;
  mayDecide: boolean;
  scale: Scale;
  subject: MeasureDefinition['subject'] | undefined;
  measure: string;
  // The measure with the gap's own disease group, if it is of one.
  of: string;
  question: (period: string, diseaseGroup?: string) => CasesQuestion;
}

export function ActionCard({ action, unit, direction, mayDecide, scale, subject, measure, of, question }: ActionCardProps) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const facts: [string, string][] = [
    [t('action.owner'), action.owner],
    [t('action.due'), formatDate(action.dueOn, language)],
    [t('action.expected'), formatValue(action.expectedValue, unit, language)],
    [t('action.started'), formatDate(action.startedOn, language)],
    [t('action.finished'), formatDate(action.finishedOn, language)],
    [t('action.approvedBy'), action.approvedBy],
  ];
  return (
    <article className="action-card" aria-label={text(action.typeName)}>
      <div className="action-card-head">
        <h3>
          {text(action.typeName)}
          {action.diseaseGroup && <span className="faint"> · {text(action.diseaseGroupName)}</span>}
        </h3>
        <span><ActionState status={action.status} overdue={action.overdue} /></span>
      </div>
      <dl className="facts facts-three">
        {facts.map(([label, words]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{words || '—'}</dd>
          </div>
        ))}
      </dl>
      {action.note && <p>{action.note}</p>}
      {isCompared(action) && (
        <details className="fold" open>
          <summary>{t('action.didItWork')} <VerdictBadge verdict={action.comparison.verdict} /></summary>
          <ComparisonView comparison={action.comparison} measure={of} question={(period) => question(period, action.diseaseGroup)} unit={unit} direction={direction} scale={scale} expectedValue={action.expectedValue}
            peers={action.diseaseGroup ? 'group' : subject === undefined || subject === 'county' ? 'county' : 'hospital'}
            of={action.diseaseGroup ? t('comparison.of', { group: text(action.diseaseGroupName), measure }) : undefined} />
        </details>
      )}
      {mayDecide && <Steps action={action} />}
      <details className="fold">
        <summary>{t('action.history', { count: action.history.length })}</summary>
        <ol className="history">
          {[...action.history].reverse().map((event, index) => (
            <li key={index}>
              <span className="faint">{formatInstant(event.at, language)}</span>
              <span className={`badge action-${event.status}`}>{t(`actionStatus.${event.status}`)}</span>
              <span>{event.who}</span>
              {event.note && <span>{event.note}</span>}
            </li>
          ))}
        </ol>
      </details>
    </article>
  );
}

function Steps({ action }: { action: Action }) {
  const { t } = useWords();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const me = useMe();
  const words = useErrorText();
  const client = useQueryClient();
  const draft = useDraft(me.user, `action.${action.id}`, { note: '' });

  const took = (gap: Gap) => {
    client.setQueryData(['gap', gap.id], gap);
    for (const key of ['gaps', 'actions', 'overview']) void client.invalidateQueries({ queryKey: [key] });
  };
  const send = (change: ActionChange) => call<Gap>(`/api/actions/${encodeURIComponent(action.id)}`, { method: 'PATCH', body: change });

  const undo = async (gap: Gap, to: ActionStatus) => {
    const now = gap.actions.find((each) => each.id === action.id);
    if (!now) return;
    try {
      took(await send({ status: to, version: now.version, note: t('action.undone') }));
      showToast({ text: t('action.undoneToast') });
    } catch (problem) {
      showToast({ text: words(problem), kind: 'bad' });
    }
  };

  const step = useMutation({
    mutationFn: (status: ActionStatus) => send({ status, version: action.version, note: draft.value.note.trim() || undefined }),
    onSuccess: (gap, status) => {
      took(gap);
      draft.change({ note: '' });
      draft.drop();
      const back = undoOf(action.status, status);
      showToast({
        text: t('action.changedTo', { status: t(`actionStatus.${status}`) }),
        undo: back ? { label: t('common.undo'), run: () => void undo(gap, back) } : undefined,
      });
    },
    onError: (problem) => {
      // Somebody else was faster: show what is true now; the note stays.
      if (problem instanceof ApiError && problem.status === 409) void client.invalidateQueries({ queryKey: ['gap', action.gapId] });
    },
  });

  const [unsaid, setUnsaid] = useState(false);
  const go = (status: ActionStatus) => {
    if (step.isPending) return;
    // Whoever looks later must know why it was given up.
    const lacksReason = status === 'cancelled' && draft.value.note.trim() === '';
    setUnsaid(lacksReason);
    if (lacksReason) field.current?.focus();
    else step.mutate(status);
  };

  const steps: ActionStatus[] = [...forward[action.status]];
  const back = stepBack(action.status);
  if (steps.length === 0 && back) steps.push(back);
  return (
    <div className="steps no-print">
      <label className="only-read" htmlFor={id}>{t('action.stepNote')}</label>
      <input ref={field} id={id} className="text-input" aria-invalid={unsaid || undefined} aria-describedby={unsaid ? `${id}-unsaid` : undefined} placeholder={t('action.stepNote')} value={draft.value.note} onChange={(event) => {
          setUnsaid(false);
          draft.change({ note: event.target.value });
        }} />
      {steps.map((status) => (
        <button key={status} type="button" className={`tool ${status === 'cancelled' ? 'tool-danger' : status === back ? '' : 'tool-strong'}`} disabled={step.isPending} onClick={() => go(status)}>
          {status === back ? t('action.reopen') : t(`actionStep.${status}`)}
        </button>
      ))}
      {unsaid && <p id={`${id}-unsaid`} className="form-error" role="alert">{t('action.sayWhy')}</p>}
      {step.error && <p className="form-error" role="alert">{words(step.error)}</p>}
    </div>
  );
}
