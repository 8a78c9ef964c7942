-- Forms of the tumour course with the site and the organisation that has the person enrolled for it.
CREATE VIEW tumour_response AS
SELECT r.resource_key AS response_key, r.patient_key AS person_key, coalesce(r.site, split_part(r.form, '-', 1)) AS site,
       CASE WHEN r.form LIKE 'tumour-%' THEN substr(r.form, 8) ELSE substr(r.form, strpos(r.form, '-') + 1) END AS kind,
       CASE WHEN length(r.authored) >= 10 THEN CAST(substr(r.authored, 1, 10) AS DATE) END AS on_date,
       r.high_risk, r.result, r.conclusion, r.stage, r.place, e.org
FROM tumour_response_record r
LEFT JOIN (
  SELECT e.patient_key, e.pathway, min(coalesce(o.code, e.organization_key)) AS org
  FROM enrolment_record e
  LEFT JOIN organization_record o ON o.resource_key = e.organization_key
  GROUP BY e.patient_key, e.pathway
) e ON e.patient_key = r.patient_key AND e.pathway = coalesce(r.site, split_part(r.form, '-', 1))
