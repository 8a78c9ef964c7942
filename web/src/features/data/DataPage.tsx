// Bring files in: drop them, confirm what they are, watch them go in, read what was refused, see what was loaded when.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { isImportRunning, useCounty, useImports } from '../../api/queries';
import type { Import } from '../../api/types';
import { useWords } from '../../i18n';
import { hrefTo, Link, usePlace } from '../../router/router';
import { useMe } from '../../session/session';
import { may } from '../../session/roles';
import { Panel } from '../../ui/Panel';
import { Answer, Empty } from '../../ui/states';
import { BackupsPanel } from './BackupsPanel';
import { DropZone } from './DropZone';
import { ImportHistory } from './ImportHistory';
import { Queue } from './Queue';
import { ReportSheet } from './ReportSheet';
import { RunningImports } from './RunningImports';
import { useQueue } from './useQueue';

export default function DataPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const me = useMe();
  const county = useCounty();
  const imports = useImports();
  const queue = useQueue();
  useFreshNumbers(imports.data);
  const report = search.get('report');
  const reported = imports.data?.find((each) => each.id === report);
  const nothingYet = county.data?.dataFrom === null;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('data.title')}</h1>
        {!nothingYet && may(me, 'measures') && <Link to={hrefTo('/')}>{t('data.toNumbers')}</Link>}
      </div>
      {nothingYet && (
        <div className="hint" role="note">
          <p>{t('state.nothingYetHow')}</p>
          <ol className="first-steps">
            <li>{t('state.step1')}</li>
            <li>{t('state.step2')}</li>
            <li>{t('state.step3')}</li>
          </ol>
        </div>
      )}
      <Panel title={t('data.bring')}>
        <DropZone take={queue.add} />
        <Queue queue={queue} />
      </Panel>
      <RunningImports imports={(imports.data ?? []).filter(isImportRunning)} />
      <Panel title={t('data.history')}>
        <Answer of={imports} lines={6}>
          {(rows) => (rows.length === 0
            ? <Empty title={t('data.noImports')} icon="data" />
            : <ImportHistory imports={rows.filter((each) => !isImportRunning(each))} />)}
        </Answer>
      </Panel>
      {me.duties?.includes('system') && <BackupsPanel />}
      {report && <ReportSheet id={report} one={reported} />}
    </div>
  );
}

// When a file has gone in, every number on every page may be another one.
function useFreshNumbers(imports: Import[] | undefined): void {
  const client = useQueryClient();
  const running = useRef(new Set<string>());
  useEffect(() => {
    if (!imports) return;
    const now = new Set(imports.filter(isImportRunning).map((each) => each.id));
    const finished = [...running.current].some((id) => !now.has(id));
    running.current = now;
    if (finished) void client.invalidateQueries({ predicate: (asked) => asked.queryKey[0] !== 'imports' });
  }, [imports, client]);
}
