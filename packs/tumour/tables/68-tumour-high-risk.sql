-- One row for each person and site: the form that first found the risk, and the day of the first test from then on; NULL: none.
CREATE VIEW tumour_high_risk AS
SELECT h.response_key, h.person_key, h.site, h.org, h.on_date AS high_on, min(s.on_date) AS screened_on
FROM (
  SELECT response_key, person_key, site, org, on_date, row_number() OVER (PARTITION BY person_key, site ORDER BY authored, response_key) AS place
  FROM tumour_response
  WHERE kind = 'risk' AND high_risk AND on_date IS NOT NULL
) h
LEFT JOIN tumour_response s ON s.person_key = h.person_key AND s.site = h.site AND s.kind IN ('screening', 'check') AND NOT s.is_attempt AND s.on_date >= h.on_date
WHERE h.place = 1
GROUP BY h.response_key, h.person_key, h.site, h.org, h.on_date
