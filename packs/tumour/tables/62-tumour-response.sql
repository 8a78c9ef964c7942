-- Forms of the tumour course with the site and the organisation that has the person enrolled for it. `is_attempt`: nobody was seen
-- (did not come, not reached, lost). `is_positive`: by the values or by the result that was typed, as the pathways decide it.
CREATE VIEW tumour_response AS
SELECT r.response_key, r.person_key, r.site, r.kind, r.authored, r.on_date, r.high_risk, r.result, r.not_done_reason, r.told, r.answer, r.conclusion, r.stage, r.place, e.org,
       CASE WHEN r.kind IN ('screening', 'check') AND r.result = 'not-done' AND NOT r.has_values THEN TRUE
            WHEN r.kind = 'recall' AND r.told = 'not-reached' THEN TRUE
            WHEN r.kind = 'follow-up' AND r.life_status = 'lost' THEN TRUE
            ELSE FALSE END AS is_attempt,
       CASE WHEN r.result = 'positive' OR r.is_rising OR r.afp >= 400 OR r.lung_rads IN ('4A', '4B', '4X') OR r.pathology IN ('hgin', 'cancer')
              OR r.colonoscopy IN ('advanced', 'cancer') OR r.other_test IN ('fit-dna-positive', 'suspicious')
              OR r.birads IN ('4', '5') OR r.mammography = 'suspicious' OR r.has_discharge OR r.hpv = 'hpv16-18'
              OR r.cytology IN ('ascus', 'asch', 'lsil', 'hsil', 'cancer') THEN TRUE
            WHEN r.site = 'lung' AND r.nodule >= 15 OR r.site = 'liver' AND r.nodule >= 10 THEN TRUE
            WHEN r.fit = 'positive' AND coalesce(r.colonoscopy, '') NOT IN ('normal', 'adenoma') THEN TRUE
            WHEN r.has_lump AND coalesce(r.birads, '') NOT IN ('1', '2') THEN TRUE
            WHEN r.afp >= 20 AND r.afp > r.afp_before THEN TRUE
            ELSE FALSE END AS is_positive
FROM (
  SELECT resource_key AS response_key, patient_key AS person_key, coalesce(site, split_part(form, '-', 1)) AS site,
         CASE WHEN form = 'tumour-outreach' THEN 'recall' WHEN form LIKE 'tumour-%' THEN substr(form, 8) ELSE substr(form, strpos(form, '-') + 1) END AS kind, authored,
         CASE WHEN length(authored) >= 10 THEN CAST(substr(authored, 1, 10) AS DATE) END AS on_date,
         high_risk, result, not_done_reason, has_values, nodule, afp, is_rising, lung_rads, pathology, fit, colonoscopy, other_test, birads, mammography, has_discharge, has_lump, hpv,
         cytology, told, answer, life_status, conclusion, stage, place,
         CASE WHEN afp IS NOT NULL THEN lag(afp) OVER (PARTITION BY patient_key, afp IS NULL ORDER BY authored, resource_key) END AS afp_before
  FROM tumour_response_record
) r
LEFT JOIN (
  SELECT e.patient_key, e.pathway, min(coalesce(o.code, e.organization_key)) AS org
  FROM enrolment_record e
  LEFT JOIN organization_record o ON o.resource_key = e.organization_key
  GROUP BY e.patient_key, e.pathway
) e ON e.patient_key = r.person_key AND e.pathway = r.site
