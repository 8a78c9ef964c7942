// Small tables that are made anew after every change, so that a page need not read millions of rows for them:
// institution(code, name, kind, county): every place that the records speak of, also outside of the county;
// data_span(source, first_on, last_on): which days have settlements, discharges, and care in pathways (enrolments, steps done).
#pragma once

#include "columns/database.h"

namespace qianxian::warehouse::internal {

Status Summarise(columns::Connection& connection);

}  // namespace qianxian::warehouse::internal
