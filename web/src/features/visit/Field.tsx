// One question of a visit: big enough for a thumb, the last readings beside it, the right keypad.
import { useId } from 'react';
import type { Field as MergedField } from '../../care/merge';
import { unitWords } from '../../care/parts';
import type { Fault } from '../../care/rules';
import type { AnswerValue, Reading } from '../../care/types';
import { useText, useWords } from '../../i18n';
import { pressed } from './visit';

interface FieldProps {
  field: MergedField;
  value: AnswerValue | undefined;
  change: (value: AnswerValue | undefined) => void;
  readings: Reading[];
  fault: Fault | null;
  // Not typed now: as last time, or what the record says.
  given: 'last' | 'record' | null;
  isDangerous: boolean;
}

const shortDate = (on: string): string => on.slice(5, 10).replace('-', '/');

export function Field(props: FieldProps) {
  const { field: { item } } = props;
  const text = useText();
  if (item.type === 'display') return <p className="visit-display">{text(item.text)}</p>;
  if (item.type === 'choice' || item.type === 'choices' || item.type === 'boolean') return <Choices {...props} />;
  return <Typing {...props} />;
}

function Last({ readings, unit }: { readings: Reading[]; unit?: string }) {
  const { t } = useWords();
  if (readings.length === 0) return null;
  return (
    <span className="visit-last">
      <span className="only-read">{t('visit.last')}</span>
      {readings.slice(0, 3).map((reading) => (
        <span key={`${reading.on}${reading.value}`}><b>{reading.value}</b> <small>{shortDate(reading.on)}</small></span>
      ))}
      <span className="only-read">{unitWords(unit)}</span>
    </span>
  );
}

function Given({ given }: { given: FieldProps['given'] }) {
  const { t } = useWords();
  return given && <span className="visit-preset">{given === 'last' ? t('visit.asLast') : t('visit.fromRecord')}</span>;
}

function FaultWords({ id, fault }: { id: string; fault: Fault }) {
  const { t } = useWords();
  return <span id={id} className="field-fault" role="alert">{t(`visitFault.${fault.kind}`, { bound: 'bound' in fault ? fault.bound : '' })}</span>;
}

function Typing({ field: { key, item }, value, change, readings, fault, given, isDangerous }: FieldProps) {
  const text = useText();
  const { t } = useWords();
  const id = useId();
  const isNumber = item.type === 'quantity' || item.type === 'decimal' || item.type === 'integer';
  const shown = value === undefined || Array.isArray(value) ? '' : String(value);
  const shared = {
    id, name: key, value: shown, 'aria-invalid': fault ? true : undefined, 'aria-describedby': fault ? `${id}-fault` : undefined, 'aria-required': item.required || undefined,
  };
  return (
    <div className={`visit-field ${isNumber ? 'visit-field-number' : ''} ${isDangerous ? 'visit-field-danger' : ''}`}>
      <label htmlFor={id}>{text(item.text)}{item.required && <span className="must" aria-hidden="true">*</span>}<Given given={given} /></label>
      <span className="visit-entry">
        {item.type === 'text' ? (
          <textarea {...shared} className="text-input" rows={2} onChange={(event) => change(event.target.value || undefined)} />
        ) : (
          <input {...shared} className="text-input" autoComplete="off" type={item.type === 'date' ? 'date' : 'text'}
            inputMode={isNumber ? (item.type === 'integer' ? 'numeric' : 'decimal') : undefined} enterKeyHint="next"
            onChange={(event) => change(event.target.value || undefined)} />
        )}
        {item.unit && <span className="visit-unit">{unitWords(item.unit)}</span>}
      </span>
      <Last readings={readings} unit={item.unit} />
      {isDangerous && <span className="only-read">{t('visit.dangerous')}</span>}
      {fault && <FaultWords id={`${id}-fault`} fault={fault} />}
    </div>
  );
}

function Choices({ field: { key, item }, value, change, fault, given, readings }: FieldProps) {
  const text = useText();
  const { t } = useWords();
  const id = useId();
  const options = item.type === 'boolean' ? [{ code: 'true', words: t('visit.yes') }, { code: 'false', words: t('visit.no') }]
    : (item.options ?? []).map((option) => ({ code: option.code, words: text(option.text) }));
  const many = item.type === 'choices';
  const chosen = Array.isArray(value) ? value : value === undefined ? [] : [String(value)];
  const exclusive = (item.options ?? []).filter((option) => option.exclusive).map((option) => option.code);
  const press = (code: string) => {
    if (many) {
      const next = pressed(chosen, code, exclusive);
      change(next.length > 0 ? next : undefined);
    } else change(item.type === 'boolean' ? code === 'true' : code);
  };
  return (
    <fieldset className="visit-field visit-choices" aria-describedby={fault ? `${id}-fault` : undefined}>
      <legend>
        {text(item.text)}{item.required && <span className="must" aria-hidden="true">*</span>}
        <Given given={given} />
      </legend>
      <div className="visit-options">
        {options.map(({ code, words }) => (
          <label key={code} className={chosen.includes(code) ? (given ? 'visit-option visit-option-on visit-option-preset' : 'visit-option visit-option-on') : 'visit-option'}>
            <input type={many ? 'checkbox' : 'radio'} name={`${id}-${key}`} checked={chosen.includes(code)} onChange={() => press(code)} />
            <span>{words}</span>
          </label>
        ))}
      </div>
      <Last readings={readings} />
      {fault && <FaultWords id={`${id}-fault`} fault={fault} />}
    </fieldset>
  );
}
