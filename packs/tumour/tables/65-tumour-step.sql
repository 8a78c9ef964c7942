-- Steps of the tumour pathways, each duty once. Who did not come, was not reached or was lost has not been seen: the step is done on the
-- day on which he was, and what asks again for it is no duty of its own, nor is a call after the first that told him. Who had died, moved away
-- or was not for the programme is left out. A board that nobody held until the treatment had ended is a board that was not held.
CREATE VIEW tumour_step AS
SELECT s.step_key, s.pathway, s.step, s.status, s.person_key, s.org, s.due_on, s.window_end, CASE WHEN s.is_attempt THEN s.seen_on ELSE s.done_on END AS done_on
FROM (
  SELECT d.step_key, d.pathway, d.step, d.status, d.person_key, d.org, d.due_on, d.window_end, d.done_on, a.seen_on, a.not_done_reason, a.response_key IS NOT NULL AS is_attempt,
         lag(CASE WHEN a.response_key IS NOT NULL AND coalesce(a.not_done_reason, '') NOT IN ('dead', 'moved-away', 'excluded', 'declined') THEN 1 ELSE 0 END)
           OVER (PARTITION BY d.person_key, d.pathway, d.step ORDER BY d.due_on, d.step_key) AS attempts_before,
         lag(d.done_on) OVER (PARTITION BY d.person_key, d.pathway, d.step ORDER BY d.due_on, d.step_key) AS before_on
  FROM step d
  LEFT JOIN (
    SELECT t.resource_key AS step_key, n.response_key, n.not_done_reason, min(r.on_date) AS seen_on
    FROM tumour_step_result t
    JOIN tumour_response n ON n.response_key = t.response_key AND n.is_attempt
    LEFT JOIN tumour_response r ON r.person_key = n.person_key AND r.site = n.site AND r.kind = n.kind AND NOT r.is_attempt AND r.on_date >= n.on_date
    GROUP BY t.resource_key, n.response_key, n.not_done_reason
  ) a ON a.step_key = d.step_key
  WHERE d.pathway IN ('lung', 'stomach', 'colorectal', 'liver', 'oesophagus', 'breast', 'cervix')
) s
WHERE coalesce(s.not_done_reason, '') NOT IN ('dead', 'moved-away', 'excluded')
  AND coalesce(s.attempts_before, 0) = 0
  AND (s.step <> 'recall' OR s.before_on IS NULL OR EXISTS (
        SELECT 1 FROM tumour_response c
        WHERE c.person_key = s.person_key AND c.site = s.pathway AND c.kind = 'diagnosis' AND c.conclusion <> 'unclear' AND c.on_date >= s.before_on AND c.on_date <= s.due_on))
UNION ALL
SELECT c.resource_key, c.pathway, c.step, c.status, c.patient_key, coalesce(o.code, c.organization_key), c.due,
       CASE WHEN length(c.window_end) >= 10 THEN CAST(substr(c.window_end, 1, 10) AS DATE) END, CAST(NULL AS DATE)
FROM step_record c
JOIN tumour_step_result t ON t.resource_key = c.resource_key AND t.why = 'stage:rehabilitation'
LEFT JOIN organization_record o ON o.resource_key = c.organization_key
WHERE c.status = 'cancelled' AND c.step = 'mdt'
