// How far it is, in a bar and in words.
export function Bar({ fraction, label }: { fraction: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div className="progress">
      <div className="progress-track" role="progressbar" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-label={label}>
        <div className="progress-done" style={{ width: `${percent}%` }} />
      </div>
      <span>{label}</span>
    </div>
  );
}
