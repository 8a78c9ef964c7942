// The row report of an import: every refused row with line, column, value and the reason.
import { useImportReport } from '../../api/queries';
import type { Import, ReportRow } from '../../api/types';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatInstant, none } from '../../lib/format';
import { changeSearch } from '../../router/router';
import { DataTable, type Column } from '../../ui/DataTable';
import { Icon } from '../../ui/icons';
import { SideSheet } from '../../ui/SideSheet';
import { Answer, Empty } from '../../ui/states';

const previewRows = 200;

export function ReportSheet({ id, one }: { id: string; one: Import | undefined }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const report = useImportReport(id, previewRows, true);
  const columns: Column<ReportRow>[] = [
    { key: 'line', title: t('data.line'), number: true, rowHeader: true, render: (row) => formatCount(row.line), sortBy: (row) => row.line },
    { key: 'column', title: t('data.column'), render: (row) => row.column || none, sortBy: (row) => row.column },
    { key: 'value', title: t('data.value'), wide: true, render: (row) => row.value || none },
    { key: 'reason', title: t('data.reason'), wide: true, render: (row) => text(row.reason), sortBy: (row) => row.code },
  ];
  return (
    <SideSheet width={820} onClose={() => changeSearch({ report: null })} title={<h2 className="side-sheet-h">{t('data.report')}{one ? ` · ${one.files.join(', ')}` : ''}</h2>}>
      {one && (
        <>
          <p>
            {t('data.counts', {
              accepted: formatCount(one.counts.accepted), unchanged: formatCount(one.counts.unchanged),
              replaced: formatCount(one.counts.replaced), rejected: formatCount(one.counts.rejected),
            })}
          </p>
          <p className="faint">{t('data.when', { from: formatInstant(one.startedAt, language), to: formatInstant(one.finishedAt, language), by: one.by })}</p>
          {one.error && <p className="form-error">{text(one.error)}</p>}
          {one.notes.length > 0 && <ul className="notes">{one.notes.map((note, index) => <li key={index}>{text(note)}</li>)}</ul>}
        </>
      )}
      <Answer of={report} lines={8}>
        {(rows) => rows.length === 0 ? (
          <Empty title={t('data.nothingRejected')} icon="check" />
        ) : (
          <>
            <div className="panel-head">
              <p className="faint">{rows.length < (one?.counts.rejected ?? rows.length)
                ? t('data.reportShown', { count: rows.length, total: formatCount(one?.counts.rejected) })
                : t('data.reportAll', { count: rows.length })}</p>
              <a className="tool" href={`/api/imports/${encodeURIComponent(id)}/report.csv`} download>
                <Icon name="download" size={16} />
                {t('data.downloadReport')}
              </a>
            </div>
            <DataTable caption={t('data.report')} columns={columns} rows={rows} rowKey={(row) => `${row.line}|${row.column}|${row.code}`} cards />
          </>
        )}
      </Answer>
    </SideSheet>
  );
}
