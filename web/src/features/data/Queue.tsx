// The dropped files: what each one seems to be, what is still to be said, and off it goes.
import { useId } from 'react';
import { useCounty } from '../../api/queries';
import { useWords } from '../../i18n';
import { formatBytes, formatPercent } from '../../lib/format';
import { importKinds, type ImportKind } from '../../lib/sniff';
import { importKindsOf } from '../../session/roles';
import { useMe } from '../../session/session';
import { Icon } from '../../ui/icons';
import { useErrorText } from '../../ui/states';
import { Bar } from './Bar';
import type { FileQueue, Waiting } from './useQueue';

export function Queue({ queue }: { queue: FileQueue }) {
  const { t } = useWords();
  const ready = queue.files.filter((each) => each.phase === 'ready' && each.kind !== '');
  if (queue.files.length === 0) return null;
  return (
    <div className="queue">
      <ul>
        {queue.files.map((one) => <QueueItem key={one.id} one={one} queue={queue} />)}
      </ul>
      {ready.length > 1 && (
        <button type="button" className="tool tool-strong" onClick={() => ready.forEach((one) => queue.start(one.id))}>
          {t('data.startAll', { count: ready.length })}
        </button>
      )}
    </div>
  );
}

const columnsShown = 6;

function QueueItem({ one, queue }: { one: Waiting; queue: FileQueue }) {
  const { t } = useWords();
  const id = useId();
  const me = useMe();
  const words = useErrorText();
  const { data: county } = useCounty();
  const allowed = importKindsOf(me);
  const busy = one.phase === 'uploading';
  const trouble = one.guess?.trouble;
  const seen = one.guess?.kind;
  const isCompressed = /\.(gz|bz2|zst)$/i.test(one.file.name);
  const hospitals = (county?.organizations ?? []).filter((organization) => !['village', 'pharmacy'].includes(organization.kind)
    && (me.wholeCounty || me.organizations.includes(organization.code)));
  return (
    <li className="queue-item" aria-label={one.file.name}>
      <div className="queue-head">
        <Icon name="file" />
        <strong>{one.file.name}</strong>
        <span className="faint">{formatBytes(one.file.size)}{one.guess?.encoding ? ` · ${one.guess.encoding.toUpperCase()}` : ''}</span>
      </div>
      {trouble && <p className="form-error" role="alert">{t(`trouble.${trouble}`)}</p>}
      {!trouble && <div className="fields">
        <div className="field">
          <label htmlFor={`${id}-kind`}>{t('data.kind')}</label>
          <select id={`${id}-kind`} className="text-input" value={one.kind} disabled={busy} onChange={(event) => queue.change(one.id, { kind: event.target.value as ImportKind | '' })}>
            <option value="">{t('data.kindUnknown')}</option>
            {importKinds.filter((kind) => allowed.includes(kind)).map((kind) => <option key={kind} value={kind}>{t(`kind.${kind}`)}</option>)}
          </select>
          <span className="faint">
            {one.phase === 'reading' && t('data.reading')}
            {one.guess && one.guess.kind && one.guess.kind === one.kind && t('data.guessed', { count: one.guess.columns.length })}
            {seen && !allowed.includes(seen) && t('data.notAllowed', { kind: t(`kind.${seen}`) })}
            {one.guess && !seen && one.kind === '' && t(isCompressed ? 'data.compressed' : 'data.notGuessed')}
            {one.guess && !seen && one.guess.columns.length > 1 && ` ${t('data.columnsSeen', { columns: one.guess.columns.slice(0, columnsShown).join('、') })}`}
          </span>
        </div>
        {one.kind === 'first-pages' && (
          <>
            <div className="field">
              <label htmlFor={`${id}-org`}>{t('data.hospital')}</label>
              <select id={`${id}-org`} className="text-input" value={one.org} disabled={busy} onChange={(event) => queue.change(one.id, { org: event.target.value })}>
                <option value="">{t('data.hospitalFromFile')}</option>
                {hospitals.map((hospital) => <option key={hospital.code} value={hospital.code}>{hospital.name}</option>)}
              </select>
              {one.guess?.userName && <span className="faint">USERNAME：{one.guess.userName}</span>}
            </div>
            <div className="field">
              <label htmlFor={`${id}-days`}>{t('data.stayDays')}</label>
              <select id={`${id}-days`} className="text-input" value={one.stayDays} disabled={busy}
                onChange={(event) => queue.change(one.id, { stayDays: event.target.value === 'inclusive' ? 'inclusive' : '' })}>
                <option value="">{t('data.stayDaysUsual')}</option>
                <option value="inclusive">{t('data.stayDaysInclusive')}</option>
              </select>
            </div>
          </>
        )}
      </div>}
      {busy && <Bar fraction={one.fraction} label={t('data.uploading', { done: formatPercent(one.fraction, 0) })} />}
      {one.phase === 'failed' && <p className="form-error" role="alert">{words(one.error)}</p>}
      <div className="queue-end">
        {!busy && !trouble && (
          <button type="button" className="tool tool-strong" disabled={one.kind === '' || one.phase === 'reading'} onClick={() => queue.start(one.id)}>
            {one.phase === 'failed' ? t('state.retry') : t('data.start')}
          </button>
        )}
        <button type="button" className="tool" onClick={() => queue.remove(one.id)}>{busy ? t('common.cancel') : t('data.remove')}</button>
      </div>
    </li>
  );
}
