-- One row a code, also where two records carry the same one (the later id is left out).
CREATE VIEW organization AS
SELECT code, name, kind, level, region, lead, kind IN ('township', 'village', 'community') AS primary_care,
       substr(region, 1, 6) AS county
FROM (
  SELECT coalesce(o.code, o.resource_key) AS code, o.name, o.kind, o.level, o.region, l.code AS lead,
         row_number() OVER (PARTITION BY coalesce(o.code, o.resource_key) ORDER BY o.resource_key) AS nth
  FROM organization_record o
  LEFT JOIN organization_record l ON l.resource_key = o.lead_key
) numbered
WHERE nth = 1
