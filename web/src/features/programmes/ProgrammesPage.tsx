// A programme for who answers for it: people from the pool through the stages, where they drop out, who is behind, its measures;
// every number opens to the people; the sources and how sure we are of them.
import { useId } from 'react';
import { useCounty } from '../../api/queries';
import { useFeatures, usePathways, useProgramme } from '../../care/queries';
import type { Pathway, Programme } from '../../care/types';
import { useText, useWords } from '../../i18n';
import { formatCount } from '../../lib/format';
import { changeSearch, usePlace } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { Panel } from '../../ui/Panel';
import { MarkBadge, SourceList } from '../../ui/sources';
import { Answer, Empty, Failed, Loading } from '../../ui/states';
import { Behind } from './Behind';
import { earlierPeople } from './editions';
import { EditionSheet } from './EditionSheet';
import { Flow } from './Flow';
import { Measures } from './Measures';
import { PeopleSheet } from './PeopleSheet';
import { askedIn } from './question';

export default function ProgrammesPage() {
  const { t } = useWords();
  const text = useText();
  const { search } = usePlace();
  const features = useFeatures();
  const pathways = usePathways(features?.flow ?? false);
  const { data: county } = useCounty();
  const me = useMe();
  const id = useId();
  if (pathways.isPending) return <Loading lines={8} tall />;
  if (!pathways.data) return <Failed error={pathways.error} retry={() => void pathways.refetch()} />;
  const all = [...pathways.data.pathways].sort((a, b) => a.order - b.order);
  const chosen = all.find((each) => each.id === search.get('pathway')) ?? all[0];
  if (!chosen) return <Empty page title={t('programmes.none')} icon="programme"><p>{t('programmes.noneHow')}</p></Empty>;
  const organization = search.get('org') ?? '';
  const people = search.get('people');
  const own = (county?.organizations ?? []).filter((each) => ['township', 'community'].includes(each.kind) && (me.wholeCounty || me.organizations.includes(each.code) || me.organizations.includes(each.lead)));
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('nav.programmes')}</h1>
        <div className="page-head-tools">
          <label className="inline-field" htmlFor={`${id}-pathway`}>{t('programmes.programme')}
            <select id={`${id}-pathway`} value={chosen.id} onChange={(event) => changeSearch({ pathway: event.target.value, people: null, move: null })}>
              {all.map((each) => <option key={each.id} value={each.id}>{text(each.title)}</option>)}
            </select>
          </label>
          {own.length > 1 && (
            <label className="inline-field" htmlFor={`${id}-org`}>{t('programmes.organization')}
              <select id={`${id}-org`} value={organization} onChange={(event) => changeSearch({ org: event.target.value || null })}>
                <option value="">{t('common.all')}</option>
                {own.map((each) => <option key={each.code} value={each.code}>{each.name}</option>)}
              </select>
            </label>
          )}
        </div>
      </div>
      <One key={chosen.id} pathway={chosen} organization={organization} />
      {people !== null && <PeopleSheet asked={askedIn(people)} pathway={chosen} />}
    </div>
  );
}

function One({ pathway, organization }: { pathway: Pathway; organization: string }) {
  const { t } = useWords();
  const programme = useProgramme(pathway.id, organization);
  return (
    <>
      <p className="faint programme-facts">
        {t('programmes.edition', { edition: pathway.edition })} {[...new Set(pathway.sources.map((source) => source.mark))].map((mark) => <MarkBadge key={mark} mark={mark} />)}
      </p>
      <Answer of={programme} lines={8} tall>
        {(data) => (
          <>
            <Earlier pathway={pathway} programme={data} organization={organization} />
            <Flow pathway={pathway} programme={data} organization={organization} />
            <Behind programme={data} />
            {data.measures.length > 0 && <Measures ids={data.measures} organization={organization} />}
          </>
        )}
      </Answer>
      <Panel title={t('definition.sources')}><SourceList sources={pathway.sources} /></Panel>
    </>
  );
}

// Those who still go by an earlier edition, and the way to the present one for whoever may decide it.
function Earlier({ pathway, programme, organization }: { pathway: Pathway; programme: Programme; organization: string }) {
  const { t } = useWords();
  const me = useMe();
  const { search } = usePlace();
  const people = earlierPeople(programme, pathway);
  const decides = may(me, 'decide') || may(me, 'care');
  return (
    <>
      {people > 0 && (
        <div className="notice-line">
          <span>{t('editions.earlier', { count: people, shown: formatCount(people) })}</span>
          {decides && <button type="button" className="tool" onClick={() => changeSearch({ move: '1' })}>{t('editions.move', { edition: pathway.edition })}</button>}
        </div>
      )}
      {decides && search.get('move') === '1' && <EditionSheet pathway={pathway} programme={programme} organization={organization} />}
    </>
  );
}
