// What was loaded when, by whom, and what was refused.
import type { Import } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatInstant, none } from '../../lib/format';
import { hrefWith, Link } from '../../router/router';
import { DataTable, type Column } from '../../ui/DataTable';
import { useNames } from '../../ui/names';

export function ImportHistory({ imports }: { imports: Import[] }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const names = useNames();
  const count = (key: keyof Import['counts']): Column<Import> => ({
    key, title: t(`data.${key}`), number: true, sortBy: (one) => one.counts[key],
    render: (one) => key === 'rejected' && one.counts.rejected > 0
      ? <Link to={hrefWith({ report: one.id })}>{formatCount(one.counts.rejected)}</Link>
      : formatCount(one.counts[key]),
  });
  const columns: Column<Import>[] = [
    { key: 'files', title: t('data.file'), rowHeader: true, wide: true,
      render: (one) => (
        <>
          <Link className="clip" title={one.files.join(', ')} to={hrefWith({ report: one.id })}>{one.files.join(', ') || none}</Link>
          <span className="under">{t(`kind.${one.kind}`)}{one.organization && ` · ${names.organization(one.organization)}`}</span>
        </>
      ) },
    { key: 'status', title: t('action.status'), wide: true, sortBy: (one) => one.status,
      render: (one) => (
        <>
          <span className={`badge import-${one.status}`}>{t(`importStatus.${one.status}`)}</span>
          {one.error && <span className="under">{text(one.error)}</span>}
          {one.status === 'cancelled' && <span className="under">{t('data.cancelledHow')}</span>}
          {one.status === 'completed' && Object.values(one.counts).every((each) => each === 0) && <span className="under">{t('data.noRowsIn')}</span>}
        </>
      ) },
    count('accepted'), count('unchanged'), count('replaced'), count('rejected'),
    { key: 'at', title: t('data.finished'), sortBy: (one) => one.finishedAt, render: (one) => formatInstant(one.finishedAt, language) },
    { key: 'by', title: t('data.by'), sortBy: (one) => one.by, render: (one) => (one.by === 'command-line' ? t('data.byCommandLine') : one.by || none) },
  ];
  return <DataTable caption={t('data.history')} columns={columns} rows={imports} rowKey={(one) => one.id} cards="tight" />;
}
