// A number that opens to the cases that it was counted from: for who may see cases; for everybody else it is plain.
import type { ReactNode } from 'react';
import type { CasesQuestion } from '../api/queries';
import { casesHref } from '../router/places';
import { Link } from '../router/router';
import { may } from '../session/roles';
import { useMe } from '../session/session';

interface CasesLinkProps {
  // null: it has no cases of its own.
  question: CasesQuestion | null;
  className?: string;
  title?: string;
  children: ReactNode;
}

export function CasesLink({ question, className, title, children }: CasesLinkProps) {
  const me = useMe();
  if (question && may(me, 'cases')) return <Link to={casesHref(question)} className={className} title={title || undefined}>{children}</Link>;
  return className || title ? <span className={className} title={title || undefined}>{children}</span> : <>{children}</>;
}
