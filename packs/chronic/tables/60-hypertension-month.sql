-- key: person_key
-- follows: blood_pressure_record.patient_key, enrolment_record.patient_key
-- anew: SELECT substr(max(measured), 1, 7) FROM blood_pressure_record
-- One row a patient enrolled for hypertension and a month, from the month of enrolment to the newest month with a reading: what
-- was known of him at the end of that month. Months are numbers: year × 12 + month − 1.
-- Readings and months are put below each other and grouped, not joined: a question for one person reads his rows alone,
-- and what does not fit into memory goes to disk.
CREATE TABLE hypertension_month AS
WITH RECURSIVE reading AS (
  SELECT patient_key AS person_key, CAST(substr(measured, 1, 4) AS BIGINT) * 12 + CAST(substr(measured, 6, 2) AS BIGINT) - 1 AS month,
         systolic, diastolic, measured, resource_key
  FROM blood_pressure_record
  WHERE length(measured) >= 10 AND systolic IS NOT NULL AND diastolic IS NOT NULL
), numbered AS (
  SELECT person_key, month, systolic, diastolic,
         row_number() OVER (PARTITION BY person_key, month ORDER BY measured DESC, resource_key DESC) AS nth,
         count(*) OVER (PARTITION BY person_key, month) AS readings
  FROM reading
), monthly AS (
  SELECT person_key, month, systolic, diastolic, readings FROM numbered WHERE nth = 1
), person AS (
  SELECT e.patient_key AS person_key, min(coalesce(o.code, e.organization_key)) AS org,
         min(CAST(substr(e.started, 1, 4) AS BIGINT) * 12 + CAST(substr(e.started, 6, 2) AS BIGINT) - 1) AS first_month,
         max(CASE WHEN e.ended IS NULL THEN 1000000 ELSE CAST(substr(e.ended, 1, 4) AS BIGINT) * 12 + CAST(substr(e.ended, 6, 2) AS BIGINT) - 2 END) AS last_month
  FROM enrolment_record e
  LEFT JOIN organization_record o ON o.resource_key = e.organization_key
  WHERE e.pathway = 'hypertension' AND e.status IN ('active', 'finished', 'onhold') AND length(e.started) >= 7
  GROUP BY e.patient_key
), span AS (
  SELECT (SELECT CAST(substr(min(started), 1, 4) AS BIGINT) * 12 + CAST(substr(min(started), 6, 2) AS BIGINT) - 1 FROM enrolment_record WHERE length(started) >= 7) AS first_month,
         (SELECT CAST(substr(max(measured), 1, 4) AS BIGINT) * 12 + CAST(substr(max(measured), 6, 2) AS BIGINT) - 1 FROM blood_pressure_record WHERE length(measured) >= 7) AS last_month
), calendar(month) AS (
  SELECT first_month FROM span WHERE first_month IS NOT NULL
  UNION ALL
  SELECT c.month + 1 FROM calendar c, span s WHERE c.month < s.last_month
), person_month AS (
  SELECT g.person_key, p.org, p.first_month, g.month, g.systolic, g.diastolic, g.readings
  FROM (
    SELECT person_key, month, max(systolic) AS systolic, max(diastolic) AS diastolic, max(readings) AS readings
    FROM (
      SELECT p.person_key, c.month, NULL AS systolic, NULL AS diastolic, 0 AS readings
      FROM person p
      JOIN calendar c ON c.month >= p.first_month AND c.month <= p.last_month
      UNION ALL
      SELECT person_key, month, systolic, diastolic, readings FROM monthly
    )
    GROUP BY person_key, month
  ) g
  JOIN person p ON p.person_key = g.person_key AND g.month >= p.first_month AND g.month <= p.last_month
)
SELECT person_key, org,
       CAST(make_date(CAST((month - month % 12) / 12 AS INTEGER), CAST(month % 12 + 1 AS INTEGER), 1) + INTERVAL '1 month' - INTERVAL '1 day' AS DATE) AS month_end,
       CAST(month - first_month AS BIGINT) AS months_registered,
       CAST(readings AS BIGINT) AS readings,
       CAST(sum(readings) OVER (PARTITION BY person_key ORDER BY month ROWS BETWEEN 11 PRECEDING AND CURRENT ROW) AS BIGINT) AS readings_12_months,
       coalesce(systolic, lag(systolic, 1) OVER (PARTITION BY person_key ORDER BY month), lag(systolic, 2) OVER (PARTITION BY person_key ORDER BY month)) AS systolic_3_months,
       coalesce(diastolic, lag(diastolic, 1) OVER (PARTITION BY person_key ORDER BY month), lag(diastolic, 2) OVER (PARTITION BY person_key ORDER BY month)) AS diastolic_3_months,
       CAST(month - max(CASE WHEN readings > 0 THEN month END) OVER (PARTITION BY person_key ORDER BY month ROWS UNBOUNDED PRECEDING) AS BIGINT) AS months_since_reading
FROM person_month
