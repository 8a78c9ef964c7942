-- One row for each person and site with cancer: the form that said so first, the newest stage that is known, and the day of the first
-- treatment from then on; NULL: none.
CREATE VIEW tumour_cancer AS
SELECT c.response_key, c.person_key, c.site, c.org, c.on_date AS found_on, c.known_stage AS stage, min(t.on_date) AS treated_on
FROM (
  SELECT response_key, person_key, site, org, on_date, row_number() OVER (PARTITION BY person_key, site ORDER BY authored, response_key) AS place,
         first_value(CASE WHEN stage <> 'unknown' THEN stage END) OVER (PARTITION BY person_key, site
           ORDER BY CASE WHEN stage <> 'unknown' THEN 0 ELSE 1 END, authored DESC, response_key) AS known_stage
  FROM tumour_response
  WHERE kind = 'diagnosis' AND conclusion = 'cancer' AND on_date IS NOT NULL
) c
LEFT JOIN tumour_response t ON t.person_key = c.person_key AND t.site = c.site AND t.kind = 'treatment' AND t.on_date >= c.on_date
WHERE c.place = 1
GROUP BY c.response_key, c.person_key, c.site, c.org, c.on_date, c.known_stage
