#include "warehouse/summaries.h"

#include "warehouse/state.h"

namespace qianxian::warehouse::internal {

Status Summarise(columns::Connection& connection) {
  QX_DO(connection.Run(
      "CREATE OR REPLACE TABLE institution AS SELECT code, name, kind, county FROM warehouse_institution UNION ALL "
      "SELECT fixmedins_code, max(fixmedins_name), NULL, max(place_county) FROM settlement s WHERE NOT EXISTS "
      "(SELECT 1 FROM warehouse_institution i WHERE i.code = s.fixmedins_code) GROUP BY fixmedins_code;"
      "CREATE OR REPLACE TABLE data_span AS SELECT 'settlement' AS source, min(enddate) AS first_on, max(enddate) AS last_on "
      "FROM settlement"));
  QX_TRY(const bool care, HasRelation(connection, "step_record"));
  QX_TRY(const bool enrolments, HasRelation(connection, "enrolment_record"));
  if (care && enrolments)
    QX_DO(connection.Run(
        "INSERT INTO data_span SELECT 'care', min(day), max(day) FROM (SELECT TRY_CAST(substr(started, 1, 10) AS DATE) AS day FROM enrolment_record "
        "UNION ALL SELECT TRY_CAST(substr(done, 1, 10) AS DATE) FROM step_record)"));
  QX_TRY(const bool discharges, HasRelation(connection, "discharge"));
  if (!discharges) return Ok();
  return connection.Run("INSERT INTO data_span SELECT 'discharge', min(discharged_on), max(discharged_on) FROM discharge");
}

}  // namespace qianxian::warehouse::internal
