// Our parser beside simdjson's: the same texts accepted, the same values found. What we refuse and simdjson does not
// (duplicate names), and the other way round (numbers that fit no double), is told apart by name.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "base/ids.h"
#include "json/value.h"

namespace qianxian::json {
namespace {

constexpr const char* kSeeds[] = {
    R"({"resourceType":"Patient","id":"p1","meta":{"versionId":"1","lastUpdated":"2025-07-01T08:30:00.123+08:00"},
        "name":[{"use":"official","text":"王\u5c0f明","family":"王","given":["小明"]}],"birthDate":"1960-02-29","deceasedBoolean":false,
        "multipleBirthInteger":2,"contact":null,"extension":[{"url":"http://x/y","valueDecimal":1.50},{"url":"z","valueDecimal":-0.0e-5}]})",
    R"([0,-1,1.5,1e5,1E-5,-0,12345678901234567890,[[],[[]],{}],{"":""},"\"\\\/\b\f\n\r\t\ud83d\ude00", true , false,null])",
    R"({"text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>肺恶性肿瘤</p><p>0123456789012345678901234567890123456789</p></div>"}})",
};

void ExpectSame(Value ours, simdjson::dom::element theirs, const std::string& text) {
  switch (theirs.type()) {
    case simdjson::dom::element_type::NULL_VALUE: EXPECT_TRUE(ours.IsNull()) << text; return;
    case simdjson::dom::element_type::BOOL: EXPECT_EQ(ours.AsBoolean(), theirs.get_bool().value()) << text; return;
    case simdjson::dom::element_type::INT64: EXPECT_EQ(ours.AsInteger(), theirs.get_int64().value()) << text; return;
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE: EXPECT_EQ(ours.AsDouble(), theirs.get_double().value()) << text; return;
    case simdjson::dom::element_type::STRING: EXPECT_EQ(ours.AsString(), theirs.get_string().value()) << text; return;
    case simdjson::dom::element_type::ARRAY: {
      auto range = ours.Elements();
      auto it = range.begin();
      simdjson::dom::array array = theirs.get_array().value();
      for (simdjson::dom::element element : array) {
        ASSERT_TRUE(it != range.end()) << text;
        ExpectSame(*it, element, text);
        ++it;
      }
      EXPECT_FALSE(it != range.end()) << text;
      return;
    }
    case simdjson::dom::element_type::OBJECT: {
      auto range = ours.Members();
      auto it = range.begin();
      simdjson::dom::object object = theirs.get_object().value();
      for (simdjson::dom::key_value_pair member : object) {
        ASSERT_TRUE(it != range.end()) << text;
        EXPECT_EQ((*it).name, member.key) << text;
        ExpectSame((*it).value, member.value, text);
        ++it;
      }
      EXPECT_FALSE(it != range.end()) << text;
    }
  }
}

enum class Verdict { kBothRefuse, kBothAccept, kExplained, kDiffer };

Verdict Compare(simdjson::dom::parser& parser, const std::string& text) {
  auto ours = Document::Parse(text);
  simdjson::dom::element theirs;
  simdjson::error_code error = parser.parse(simdjson::padded_string(text)).get(theirs);
  if (ours.ok() && !error) {
    // The parser keeps its own tape; the padded text may go.
    ExpectSame(ours->root(), theirs, text);
    return Verdict::kBothAccept;
  }
  if (!ours.ok() && error) return Verdict::kBothRefuse;
  if (!ours.ok() && ours.error().en.find("was here before") != std::string::npos) return Verdict::kExplained;
  if (ours.ok() && error == simdjson::NUMBER_ERROR) return Verdict::kExplained;
  ADD_FAILURE() << (ours.ok() ? "we accept" : Describe(ours.error())) << ", simdjson says " << error << ": " << text;
  return Verdict::kDiffer;
}

std::string Mutated(const std::string& seed, Random& random) {
  static constexpr char kBytes[] = "{}[]:,\"\\ \n0123456789eE+-.tfnul\x80\xe8\x82\xba\x01x/u";
  std::string text = seed;
  for (uint64_t i = 1 + random.NextBelow(3); i > 0; --i) {
    size_t at = random.NextBelow(text.size());
    char byte = kBytes[random.NextBelow(sizeof kBytes - 1)];
    switch (random.NextBelow(5)) {
      case 0: text[at] = byte; break;
      case 1: text.erase(at, 1 + random.NextBelow(4)); break;
      case 2: text.insert(at, 1, byte); break;
      case 3: text.insert(at, text.substr(random.NextBelow(text.size()), random.NextBelow(12))); break;
      default: text.resize(at);
    }
    if (text.empty()) text = "1";
  }
  return text;
}

TEST(Oracle, AgreesWithSimdjsonOnDamagedDocuments) {
  SeededRandom random(2025);
  simdjson::dom::parser parser;
  int counts[4] = {};
  for (const char* seed : kSeeds) {
    ASSERT_EQ(Compare(parser, seed), Verdict::kBothAccept);
    for (int i = 0; i < 20'000 && !HasFailure(); ++i) ++counts[static_cast<int>(Compare(parser, Mutated(seed, random)))];
  }
  EXPECT_GT(counts[static_cast<int>(Verdict::kBothAccept)], 2000) << "the damage must leave some texts whole";
  EXPECT_GT(counts[static_cast<int>(Verdict::kBothRefuse)], 20'000);
}

TEST(Oracle, AgreesWithSimdjsonOnShortTexts) {
  // Every text of up to five of these tokens.
  static constexpr const char* kTokens[] = {"", "[", "]", "{", "}", ",", ":", "\"a\"", "1", "-", "0", ".5", "e1", "null", " "};
  simdjson::dom::parser parser;
  constexpr size_t kCount = std::size(kTokens);
  for (size_t code = 0; code < kCount * kCount * kCount * kCount * kCount && !HasFailure(); ++code) {
    std::string text;
    for (size_t rest = code, i = 0; i < 5; ++i, rest /= kCount) text += kTokens[rest % kCount];
    Compare(parser, text);
  }
}

}  // namespace
}  // namespace qianxian::json
