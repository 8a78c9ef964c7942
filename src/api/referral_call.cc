#include "api/referral_call.h"

#include <algorithm>

#include "api/page_json.h"
#include "api/record_words.h"
#include "base/text.h"

namespace qianxian::api {

bool FlagMember(json::Value body, std::string_view name, bool otherwise) {
  const auto member = body.Find(name);
  return member && member->IsBoolean() ? member->AsBoolean() : otherwise;
}

uint64_t VersionMember(json::Value body) {
  const auto member = body.Find("version");
  int64_t number = 0;
  if (member && member->IsNumber()) number = member->AsInteger().value_or(0);
  else if (member && member->IsString()) ParseInteger(member->AsString(), number);
  return number > 0 ? static_cast<uint64_t>(number) : 0;
}

void WriteStateName(json::Writer& writer, const std::vector<pack::Word>& words, std::string_view state) {
  const pack::Word* word = pack::FindWord(words, state);
  WriteText(writer, "stateName", word ? word->text : pack::Text{std::string(state), std::string(state)});
}

void WritePlace(json::Writer& writer, std::string_view name, const referral::Place& place) {
  writer.Name(name).BeginObject().Member("organization", place.organization).Member("name", place.name);
  writer.MemberIfAny("department", place.department).MemberIfAny("practitioner", place.practitioner).EndObject();
}

void WriteAttachments(json::Writer& writer, store::Snapshot& snapshot, const pack::Pack& pack, const std::vector<std::string>& references) {
  writer.Name("attachments").BeginArray();
  for (const std::string& reference : references) {
    const size_t slash = std::min(reference.find('/'), reference.size());
    const std::string type = reference.substr(0, slash), id = reference.substr(std::min(slash + 1, reference.size()));
    RecordWords words{"", type, {}, ""};
    const Result<store::Resource> record = snapshot.Read(type, id);
    const Result<json::Document> document = record.ok() ? json::Document::Parse(record->body) : Result<json::Document>(record.error());
    if (document.ok()) words = WordsOf(type, id, document->root(), pack);
    writer.BeginObject().Member("reference", reference);
    WriteWords(writer, words);
    writer.EndObject();
  }
  writer.EndArray();
}

}  // namespace qianxian::api
