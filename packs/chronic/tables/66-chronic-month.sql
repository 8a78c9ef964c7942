-- key: person_key
-- follows: outcome_record.patient_key, enrolment_record.patient_key
-- anew: SELECT substr(max(measured), 1, 7) FROM outcome_record
-- One row a patient, pathway, item (code of the reading) and month, from the month of enrolment to the newest month with a reading:
-- the last value known at the end of that month, how many months ago it was measured, and the sum of the values of 12 months.
-- Months are numbers: year × 12 + month − 1. Hypertension has a table of its own (hypertension_month).
CREATE TABLE chronic_month AS
WITH RECURSIVE asked(pathway, item) AS (
  SELECT 'diabetes', '4548-4' UNION ALL SELECT 'diabetes', '14771-0' UNION ALL SELECT 'coronary', '22748-8' UNION ALL SELECT 'stroke', '22748-8'
  UNION ALL SELECT 'heart-failure', 'nyha' UNION ALL SELECT 'copd', '59408-5' UNION ALL SELECT 'copd', 'cat' UNION ALL SELECT 'copd', 'copd-exacerbations'
  UNION ALL SELECT 'psoriasis', 'pasi' UNION ALL SELECT 'urticaria', 'uas7' UNION ALL SELECT 'rheumatoid-arthritis', 'das28'
  UNION ALL SELECT 'sle', 'sledai-2000' UNION ALL SELECT 'sle', 'prednisone-daily' UNION ALL SELECT 'gout', '14933-6' UNION ALL SELECT 'gout', 'tophi'
), reading AS (
  SELECT patient_key AS person_key, code AS item, CAST(substr(measured, 1, 4) AS BIGINT) * 12 + CAST(substr(measured, 6, 2) AS BIGINT) - 1 AS month,
         coalesce(amount, CASE WHEN yes THEN 1 WHEN NOT yes THEN 0 WHEN choice ~ '^[0-9]{1,2}$' THEN CAST(choice AS DECIMAL(18, 4)) END) AS value,
         measured, resource_key
  FROM outcome_record
  WHERE length(measured) >= 10
), numbered AS (
  SELECT person_key, item, month, value, row_number() OVER (PARTITION BY person_key, item, month ORDER BY measured DESC, resource_key DESC) AS nth,
         sum(value) OVER (PARTITION BY person_key, item, month) AS total
  FROM reading
  WHERE value IS NOT NULL
), newest AS (
  SELECT e.patient_key AS person_key, e.pathway, coalesce(o.code, e.organization_key) AS org,
         row_number() OVER (PARTITION BY e.patient_key, e.pathway ORDER BY e.started DESC, e.resource_key DESC) AS nth,
         CAST(substr(e.started, 1, 4) AS BIGINT) * 12 + CAST(substr(e.started, 6, 2) AS BIGINT) - 1 AS first_month,
         CASE WHEN e.ended IS NULL THEN 1000000 ELSE CAST(substr(e.ended, 1, 4) AS BIGINT) * 12 + CAST(substr(e.ended, 6, 2) AS BIGINT) - 2 END AS last_month
  FROM enrolment_record e
  LEFT JOIN organization_record o ON o.resource_key = e.organization_key
  WHERE e.pathway IN (SELECT pathway FROM asked) AND e.status IN ('active', 'finished', 'onhold') AND length(e.started) >= 7
), person AS (
  SELECT person_key, pathway, max(CASE WHEN nth = 1 THEN org END) AS org, min(first_month) AS first_month, max(last_month) AS last_month
  FROM newest
  GROUP BY person_key, pathway
), span AS (
  SELECT (SELECT min(first_month) FROM person) AS first_month,
         (SELECT CAST(substr(max(measured), 1, 4) AS BIGINT) * 12 + CAST(substr(max(measured), 6, 2) AS BIGINT) - 1 FROM outcome_record WHERE length(measured) >= 7) AS last_month
), calendar(month) AS (
  SELECT first_month FROM span WHERE first_month IS NOT NULL
  UNION ALL
  SELECT c.month + 1 FROM calendar c, span s WHERE c.month < s.last_month
), person_month AS (
  SELECT g.person_key, p.pathway, g.item, p.org, p.first_month, g.month, g.value, g.total
  FROM (
    SELECT person_key, pathway, item, month, max(value) AS value, max(total) AS total
    FROM (
      SELECT p.person_key, p.pathway, a.item, c.month, NULL AS value, NULL AS total
      FROM person p
      JOIN asked a ON a.pathway = p.pathway
      JOIN calendar c ON c.month >= p.first_month AND c.month <= p.last_month
      UNION ALL
      SELECT n.person_key, p.pathway, n.item, n.month, n.value, n.total
      FROM numbered n
      JOIN person p ON p.person_key = n.person_key
      JOIN asked a ON a.pathway = p.pathway AND a.item = n.item
      WHERE n.nth = 1
    )
    GROUP BY person_key, pathway, item, month
  ) g
  JOIN person p ON p.person_key = g.person_key AND p.pathway = g.pathway AND g.month >= p.first_month AND g.month <= p.last_month
), known AS (
  SELECT person_key, pathway, item, org, first_month, month, value, total,
         max(CASE WHEN value IS NOT NULL THEN month END) OVER (PARTITION BY person_key, pathway, item ORDER BY month ROWS UNBOUNDED PRECEDING) AS last_known
  FROM person_month
)
SELECT person_key, pathway, item, org,
       CAST(make_date(CAST((month - month % 12) / 12 AS INTEGER), CAST(month % 12 + 1 AS INTEGER), 1) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE) AS month_end,
       CAST(month - first_month AS BIGINT) AS months_registered,
       CAST(max(value) OVER (PARTITION BY person_key, pathway, item, last_known) AS DECIMAL(18, 4)) AS value,
       CAST(month - last_known AS BIGINT) AS months_since,
       CAST(sum(total) OVER (PARTITION BY person_key, pathway, item ORDER BY month ROWS BETWEEN 11 PRECEDING AND CURRENT ROW) AS DECIMAL(18, 2)) AS sum_12_months
FROM known
