// Catches what a page throws (a part that could not be fetched, a fault of ours), so that the frame and the way out stay.
import { Component, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { Button } from '../ui/Button';
import { Empty } from '../ui/states';

interface SafeProps {
  // Another place is another try.
  place?: string;
  children: ReactNode;
}

export class Safe extends Component<SafeProps, { broken: boolean; place: string | undefined }> {
  state = { broken: false, place: this.props.place };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  static getDerivedStateFromProps(props: SafeProps, state: { broken: boolean; place: string | undefined }) {
    return props.place === state.place ? null : { broken: false, place: props.place };
  }

  render() {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useWords();
  return (
    <div role="alert">
      <Empty title={t('state.broken')} icon="gaps">
        <p>{t('state.brokenHow')}</p>
        <Button onClick={() => window.location.reload()}>{t('state.reload')}</Button>
      </Empty>
    </div>
  );
}
