// Imports under way, live, each can be stopped; the one that is worked on stands first, those that wait below it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { Import } from '../../api/types';
import { useWords } from '../../i18n';
import { formatCount, formatPercent, toNumber } from '../../lib/format';
import { Panel } from '../../ui/Panel';
import { useErrorText } from '../../ui/states';
import { Bar } from './Bar';

export function RunningImports({ imports }: { imports: Import[] }) {
  const { t } = useWords();
  if (imports.length === 0) return null;
  return (
    <Panel title={t('data.running')}>
      <ul className="queue">{[...imports].reverse().map((one) => <Running key={one.id} one={one} />)}</ul>
    </Panel>
  );
}

function Running({ one }: { one: Import }) {
  const { t, i18n } = useWords();
  const words = useErrorText();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => call<Import>(`/api/imports/${encodeURIComponent(one.id)}/cancel`, { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['imports'] }),
  });
  const fraction = toNumber(one.fraction) ?? 0;
  const stage = i18n.exists(`stage.${one.stage}`) ? t(`stage.${one.stage}`) : t(`importStatus.${one.status}`);
  const { counts } = one;
  return (
    <li className="queue-item" aria-label={one.files.join(', ')}>
      <div className="queue-head">
        <strong>{one.files.join(', ')}</strong>
        <span className="faint">{t(`kind.${one.kind}`)}</span>
      </div>
      <Bar fraction={fraction} label={one.stage === 'waiting' ? stage : t('data.progress', { stage, done: formatPercent(fraction, 0), rows: formatCount(one.rowsRead) })} />
      <p className="faint">
        {t('data.counts', { accepted: formatCount(counts.accepted), unchanged: formatCount(counts.unchanged), replaced: formatCount(counts.replaced), rejected: formatCount(counts.rejected) })}
      </p>
      {cancel.error && <p className="form-error" role="alert">{words(cancel.error)}</p>}
      <div className="queue-end">
        <button type="button" className="tool tool-danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          {t('data.cancelImport')}
        </button>
      </div>
    </li>
  );
}
