// What a clinical record is called where people read it: its day, its kind, its title. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"
#include "json/writer.h"
#include "pack/pack.h"

namespace qianxian::api {

// The text of a CodeableConcept, else its first coding's display, else its code; "" when there is none.
std::string FirstText(json::Value resource, std::string_view member);
std::string CodeIn(json::Value resource, std::string_view member);
// The day of a record in China, by whatever member of its type says it; "" when none does.
std::string DayOf(json::Value resource);

struct RecordWords {
  std::string on, kind;                    // kind: the type, or Referral, Consultation
  pack::Text title;                        // empty: the page says the kind
  std::string content_type;                // of a file that GET /api/documents gives; "" = none
};
RecordWords WordsOf(std::string_view type, std::string_view id, json::Value resource, const pack::Pack& pack);
// on (null when unknown), kind, title, contentType (null: nothing to show)
void WriteWords(json::Writer& writer, const RecordWords& words);

}  // namespace qianxian::api
