// Chooses one or several measures: a searchable list of check boxes.
import { useId, useState } from 'react';
import type { MeasureDefinition } from '../../api/types';
import { useText, useWords } from '../../i18n';
import { Icon } from '../../ui/icons';
import { Popover } from '../../ui/Popover';

interface MeasurePickerProps {
  definitions: MeasureDefinition[];
  chosen: string[];
  change: (ids: string[]) => void;
}

export function MeasurePicker({ definitions, chosen, change }: MeasurePickerProps) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <Popover open={open} onOpenChange={setOpen} placement="bottomLeft"
      content={<List definitions={definitions} chosen={chosen} change={change} done={() => setOpen(false)} />}>
      <button type="button" className="tool tool-strong" aria-haspopup="dialog" aria-expanded={open}>
        <Icon name="measures" size={16} />
        {chosen.length === 0 ? t('measures.choose') : t('measures.chosen', { count: chosen.length })}
        <Icon name="down" size={14} />
      </button>
    </Popover>
  );
}

function List({ definitions, chosen, change, done }: MeasurePickerProps & { done: () => void }) {
  const { t } = useWords();
  const text = useText();
  const id = useId();
  const [find, setFind] = useState('');
  const fits = (definition: MeasureDefinition) =>
    `${definition.name.zh} ${definition.name.en} ${definition.id}`.toLowerCase().includes(find.trim().toLowerCase());
  return (
    <div className="measure-list">
      <label className="only-read" htmlFor={id}>{t('measures.find')}</label>
      <input id={id} className="text-input" type="search" placeholder={t('measures.find')} value={find} onChange={(event) => setFind(event.target.value)} />
      {(['county', 'hospital', 'unit'] as const).map((subject) => {
        const some = definitions.filter((definition) => definition.subject === subject && fits(definition));
        if (some.length === 0) return null;
        return (
          <fieldset key={subject}>
            <legend>{t(`subject.${subject}`)}</legend>
            {some.map((definition) => (
              <label key={definition.id} className="check">
                <input type="checkbox" checked={chosen.includes(definition.id)}
                  onChange={(event) => change(event.target.checked ? [...chosen, definition.id] : chosen.filter((each) => each !== definition.id))} />
                <span>{text(definition.name)}</span>
              </label>
            ))}
          </fieldset>
        );
      })}
      <div className="measure-list-end">
        {chosen.length > 0 && <button type="button" className="tool" onClick={() => change([])}>{t('measures.clear')}</button>}
        <button type="button" className="tool tool-strong" onClick={done}>{t('common.done')}</button>
      </div>
    </div>
  );
}
