// How a record of gap/ keeps what FHIR has no place for: extensions whose parts are all texts,
// { url, extension: [ {url: name, valueString: text}, … ] }. Inner part of gap/. Pure; any thread; nothing fails.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "gap/records.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::gap {

std::string RecordUrl(std::string_view path);

class Parts {
 public:
  Parts(json::Writer& writer, std::string_view url) : writer_(writer) {
    writer_.BeginObject().Member("url", RecordUrl(url)).Name("extension").BeginArray();
  }
  ~Parts() { writer_.EndArray().EndObject(); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  Parts& Add(std::string_view name, std::string_view text) {
    if (!text.empty()) writer_.BeginObject().Member("url", name).Member("valueString", text).EndObject();
    return *this;
  }

 private:
  json::Writer& writer_;
};

std::string PartOf(json::Value parent, std::string_view url, std::string_view name);

std::string_view KindName(pack::MeasureKind kind);
std::string_view DirectionName(pack::Direction direction);

// The frozen definition: the measure, its list, the tables it reads.
void WriteDefinition(json::Writer& writer, const GapRecord& gap);
Status ReadDefinition(json::Value root, GapRecord& gap);

}  // namespace qianxian::gap
