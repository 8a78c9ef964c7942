// Find somebody by name, pinyin initials, identity or card number, telephone; or add somebody who is not there yet.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useState, type FormEvent } from 'react';
import { ageOn, readIdNumber } from '../../care/days';
import { CallLink, KeptNotice, usePersonWords, useToday_ } from '../../care/parts';
import { completePerson } from '../../care/complete';
import { useFound, useToday } from '../../care/queries';
import type { PatientRecord, Person } from '../../care/types';
import { ApiError } from '../../api/client';
import { useCounty } from '../../api/queries';
import { useWords } from '../../i18n';
import { addToOutbox } from '../../offline/device';
import { newKey } from '../../offline/ids';
import { recallAll } from '../../offline/keep';
import { localPatient } from '../../offline/outbox';
import { useDeviceDraft } from '../../offline/useDeviceDraft';
import { changeSearch, hrefTo, hrefWith, Link, navigate, usePlace } from '../../router/router';
import { useMe } from '../../session/session';
import { Icon } from '../../ui/icons';
import { SideSheet } from '../../ui/SideSheet';
import { Empty, Failed, Loading } from '../../ui/states';
import { EmergencySheet, isCardNumber } from './EmergencySheet';
import { showToast } from '../../ui/toasts';

const waitMilliseconds = 250;

export default function PatientsPage() {
  const { t } = useWords();
  const { search } = usePlace();
  const id = useId();
  const asked = search.get('find') ?? '';
  const [typed, setTyped] = useState(asked);
  useEffect(() => {
    const timer = setTimeout(() => changeSearch({ find: typed.trim() || null }, { replace: true }), waitMilliseconds);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <div className="page care-page">
      <div className="page-head">
        <h1>{t('nav.patients')}</h1>
        <Link className="tool tool-big" to={hrefWith({ add: '1' })}><Icon name="plus" />{t('patients.add')}</Link>
      </div>
      <div className="find" role="search">
        <label className="only-read" htmlFor={id}>{t('patients.find')}</label>
        <Icon name="search" size={20} />
        <input id={id} type="search" className="text-input" autoComplete="off" enterKeyHint="search" placeholder={t('patients.findHint')} value={typed} onChange={(event) => setTyped(event.target.value)} />
      </div>
      {asked === '' ? <Recent /> : <Found find={asked} />}
      {search.get('emergency') === '1' && <EmergencySheet number={isCardNumber(asked) ? asked : ''} />}
      {search.get('add') === '1' && <AddSheet name={/^[\u4e00-\u9fff·]{2,}$/.test(asked) ? asked : ''} />}
    </div>
  );
}

function Found({ find }: { find: string }) {
  const { t } = useWords();
  const found = useFound(find);
  const isOff = found.error instanceof ApiError && found.error.isNetwork;
  if (isOff) return <FoundHere find={find} />;
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading lines={6} tall />;
  return <People people={found.data.patients} none={t('patients.noneFound', { find })} />;
}

// With no network: those whose list or record is kept on this device.
function useHere(): Person[] {
  const me = useMe();
  const today = useToday();
  const { data } = useQuery({
    queryKey: ['kept-people', me.user], gcTime: 0,
    queryFn: async () => (await recallAll<PatientRecord>(me.user, 'patient.')).sort((a, b) => b[1].at - a[1].at).map(([, kept]) => completePerson(kept.value.patient)),
  });
  const all = [...(data ?? []), ...(today.data?.people ?? []).map((each) => each.patient)];
  return [...new Map(all.map((person) => [person.id, person])).values()];
}

function FoundHere({ find }: { find: string }) {
  const { t } = useWords();
  const wanted = find.trim().toLowerCase();
  const people = useHere().filter((person) => [person.name, person.phone, person.idNumber].some((field) => (field ?? '').toLowerCase().includes(wanted)));
  return (
    <>
      <p className="hint">{t('patients.onlyHere')}</p>
      <People people={people} none={t('patients.noneHere', { find })} />
    </>
  );
}

function Recent() {
  const { t } = useWords();
  const today = useToday();
  const people = useHere().slice(0, 30);
  if (people.length === 0) return <section className="panel"><Empty title={t('patients.start')} icon="search"><p>{t('patients.startHow')}</p></Empty></section>;
  return (
    <>
      <KeptNotice keptAt={today.keptAt} />
      <h2 className="list-head">{t('patients.recent')}</h2>
      <People people={people} none="" />
    </>
  );
}

function People({ people, none }: { people: Person[]; none: string }) {
  const { t } = useWords();
  const words = usePersonWords();
  if (people.length === 0) {
    return (
      <section className="panel">
        <Empty title={none} icon="search">
          <Link className="button-link" to={hrefWith({ add: '1' })}>{t('patients.add')}</Link>
          <p><Link to={hrefWith({ emergency: '1' })}>{t('emergency.link')}</Link></p>
        </Empty>
      </section>
    );
  }
  return (
    <ul className="people">
      {people.map((person) => (
        <li key={person.id} className="person">
          <Link className="person-link" to={hrefTo(`/patients/${encodeURIComponent(person.id)}`)}>
            <span className="person-line"><strong className="person-name">{person.name}</strong> <span className="faint">{words(person)}</span></span>
            <span className="person-line faint">{[person.idNumber, person.organizationName, person.address].filter(Boolean).join(' · ')}</span>
          </Link>
          {person.phone && <CallLink person={person} />}
        </li>
      ))}
    </ul>
  );
}

interface NewPerson {
  clientKey: string;
  name: string;
  idNumber: string;
  gender: string;
  birthDate: string;
  phone: string;
  address: string;
  organization: string;
}

function AddSheet({ name }: { name: string }) {
  const { t } = useWords();
  const me = useMe();
  const id = useId();
  const today = useToday_();
  const { data: county } = useCounty();
  const close = () => changeSearch({ add: null });
  const draft = useDeviceDraft<NewPerson>(me.user, 'patient', () => ({
    clientKey: newKey(), name, idNumber: '', gender: '', birthDate: '', phone: '', address: '', organization: me.organizations[0] ?? '',
  }));
  const [tried, setTried] = useState(false);
  const value = draft.value;
  const read = readIdNumber(value.idNumber);
  const person = { ...value, birthDate: read?.birthDate ?? value.birthDate, gender: read?.gender ?? value.gender };
  const idIsWrong = value.idNumber.trim() !== '' && !read;
  const missing = person.name.trim() === '' || person.birthDate === '' || person.gender === '' || idIsWrong;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing) return;
    const { clientKey, ...fields } = person;
    const body = { ...Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, each.trim()])), idNumber: value.idNumber.trim().toUpperCase(), clientKey };
    await addToOutbox({ id: clientKey, user: me.user, kind: 'patient', path: '/api/patients', body, patient: localPatient(clientKey), patientName: person.name.trim() });
    await draft.drop();
    showToast({ text: t('patients.added', { name: person.name.trim() }) });
    navigate(hrefTo(`/patients/${encodeURIComponent(localPatient(clientKey))}`), { replace: true });
  };
  const own = (county?.organizations ?? []).filter((each) => me.organizations.includes(each.code) || me.organizations.includes(each.lead));
  const text = (field: 'name' | 'idNumber' | 'phone' | 'address', more: Record<string, unknown> = {}) => (
    <div className="field">
      <label htmlFor={`${id}-${field}`}>{t(`newPerson.${field}`)}</label>
      <input id={`${id}-${field}`} className="text-input big-input" autoComplete="off" value={value[field]} onChange={(event) => draft.change({ [field]: event.target.value })} {...more} />
    </div>
  );
  return (
    <SideSheet title={<h2 className="side-sheet-h">{t('patients.add')}</h2>} width={520} onClose={close}>
      <form className="form" noValidate onSubmit={(event) => void submit(event)}>
        {draft.restored && <p className="hint" role="status">{t('common.draftRestored')}</p>}
        {text('name', { 'aria-required': true })}
        {text('idNumber', { inputMode: 'text', maxLength: 18, 'aria-invalid': idIsWrong || undefined })}
        {idIsWrong && value.idNumber.trim().length === 18 && <p className="field-fault" role="alert">{t('newPerson.idWrong')}</p>}
        {read ? (
          <p className="hint">{t('newPerson.fromId', { gender: t(`gender.${read.gender}`), birth: read.birthDate, age: ageOn(read.birthDate, today) ?? '' })}</p>
        ) : (
          <>
            <fieldset className="visit-field visit-choices">
              <legend>{t('record.gender')}</legend>
              <div className="visit-options">
                {(['male', 'female'] as const).map((gender) => (
                  <label key={gender} className={value.gender === gender ? 'visit-option visit-option-on' : 'visit-option'}>
                    <input type="radio" name={`${id}-gender`} checked={value.gender === gender} onChange={() => draft.change({ gender })} />
                    <span>{t(`gender.${gender}`)}</span>
                  </label>
                ))}
              </div>
            </fieldset>
            <div className="field">
              <label htmlFor={`${id}-birth`}>{t('record.birth')}</label>
              <input id={`${id}-birth`} className="text-input big-input" type="date" max={today} value={value.birthDate} onChange={(event) => draft.change({ birthDate: event.target.value })} />
            </div>
          </>
        )}
        {text('phone', { inputMode: 'tel' })}
        {text('address')}
        {own.length > 1 && (
          <div className="field">
            <label htmlFor={`${id}-org`}>{t('newPerson.organization')}</label>
            <select id={`${id}-org`} className="text-input big-input" value={value.organization} onChange={(event) => draft.change({ organization: event.target.value })}>
              {own.map((each) => <option key={each.code} value={each.code}>{each.name}</option>)}
            </select>
          </div>
        )}
        {tried && missing && <p className="form-error" role="alert">{idIsWrong ? t('newPerson.idWrong') : t('newPerson.missing')}</p>}
        <button type="submit" className="big-button">{t('newPerson.save')}</button>
      </form>
    </SideSheet>
  );
}
