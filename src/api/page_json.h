// The JSON shapes of docs/formats/api.md, each written in one place. Pure; one thread a writer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/auth.h"
#include "base/clock.h"
#include "base/date.h"
#include "gap/gap.h"
#include "http/server.h"
#include "json/writer.h"
#include "measure/measure.h"
#include "pack/pack.h"

namespace qianxian::api {

void WriteText(json::Writer& writer, std::string_view name, const pack::Text& text);
void WriteSource(json::Writer& writer, const pack::Source& source);
void WriteSources(json::Writer& writer, const std::vector<pack::Source>& sources);
// A string, or null where it is empty.
void WriteOrNull(json::Writer& writer, std::string_view name, std::string_view text);
void WriteTextList(json::Writer& writer, std::string_view name, const std::vector<std::string>& texts);
void WriteMeasure(json::Writer& writer, const pack::Measure& measure);
void WriteCase(json::Writer& writer, const measure::Case& item);
void WritePoint(json::Writer& writer, const gap::Point& point);
void WriteGap(json::Writer& writer, const gap::Gap& gap);
void WriteAction(json::Writer& writer, const gap::Action& action);
void WriteAccount(json::Writer& writer, const auth::Account& account, Instant now);
std::string SessionJson(const auth::Session& session);

std::string RfcTime(Instant instant);            // 2025-11-22T13:05:00+08:00
std::string MonthText(Date date);                // 2025-07
// Where care took place, in the order from near to far (docs/formats/pack.md).
struct Destination {
  std::string_view id;
  pack::Text name;
};
const std::vector<Destination>& Destinations();
// The name of a disease group; of "other" and "" the word for the rest.
pack::Text DiseaseGroupName(const pack::Pack& pack, std::string_view id);

http::Response JsonResponse(std::string body, int status = 200);
http::Response CsvResponse(std::string body, std::string_view file_name);

}  // namespace qianxian::api
