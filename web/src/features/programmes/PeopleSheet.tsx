// The people behind a number of a programme: where each is, since when, what is due.
import { useCounty } from '../../api/queries';
import { DueBadge, usePersonWords } from '../../care/parts';
import { useProgrammePeople } from '../../care/queries';
import type { Pathway, ProgrammePerson } from '../../care/types';
import { Unmask } from '../../care/Unmask';
import { useLanguage, useText, useWords } from '../../i18n';
import { formatCount, formatDate } from '../../lib/format';
import { changeSearch, hrefTo, Link } from '../../router/router';
import { may } from '../../session/roles';
import { useMe } from '../../session/session';
import { SideSheet } from '../../ui/SideSheet';
import { Answer, Empty } from '../../ui/states';
import type { Asked } from './question';

export function PeopleSheet({ asked, pathway }: { asked: Asked; pathway: Pathway }) {
  const { t } = useWords();
  const text = useText();
  const opens = may(useMe(), 'care');
  const { data: county } = useCounty();
  const people = useProgrammePeople({ ...asked, pathway: pathway.id });
  const stage = pathway.stages.find((each) => each.id === asked.stage);
  const whole = !stage && !asked.overdue;
  const title = [text(pathway.title), stage ? text(stage.name) : '', whole ? t(`pool.${asked.pool ?? 'enrolled'}`) : '', asked.overdue ? t('programmes.overdueColumn') : '',
    county?.organizations.find((each) => each.code === asked.organization)?.name ?? ''].filter(Boolean).join(' · ');
  return (
    <SideSheet title={<h2 className="side-sheet-h">{title}</h2>} width={620} onClose={() => changeSearch({ people: null })}>
      <Answer of={people} lines={8}>
        {(data) => data.people.length === 0 ? <Empty title={t('programmes.nobody')} icon="people" /> : (
          <>
            {!data.complete && <p className="hint" role="status">{t('programmes.onlyFirst', { shown: formatCount(data.people.length) })}</p>}
            <ul className="people" aria-label={title} tabIndex={opens ? undefined : 0}>
              {data.people.map((each) => (
                <li key={each.patient.id} className="person">
                  {opens ? <Link className="person-link" to={hrefTo(`/patients/${encodeURIComponent(each.patient.id)}`)}><PersonLines one={each} /></Link>
                    : <span className="person-link"><PersonLines one={each} /></span>}
                  {each.patient.masked && <Unmask patient={each.patient.id} />}
                </li>
              ))}
            </ul>
          </>
        )}
      </Answer>
    </SideSheet>
  );
}

function PersonLines({ one: { patient, stageName, since, due, overdueDays } }: { one: ProgrammePerson }) {
  const { t } = useWords();
  const text = useText();
  const language = useLanguage();
  const words = usePersonWords();
  const facts = [text(stageName), since ? t('programmes.since', { date: formatDate(since, language) }) : '', patient.organizationName];
  return (
    <>
      <span className="person-line">
        <strong className="person-name">{patient.name}</strong> <span className="faint">{words(patient)}</span>
        <span className="person-state">{due && <DueBadge due={due} overdueDays={overdueDays} />}</span>
      </span>
      <span className="person-line faint">{facts.filter(Boolean).join(' · ')}</span>
    </>
  );
}
