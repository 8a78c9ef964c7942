#include "search/text_query.h"

#include <gtest/gtest.h>

#include "search/clauses.h"
#include "search/resource_text.h"
#include "search/search_limits.h"
#include "search/test_parameters.h"

namespace qianxian::search {
namespace {

std::string Shown(std::string_view text) {
  const auto clause = ReadTextQuery("Condition", "_text", text);
  return clause.ok() ? DescribeClause(*clause) : clause.error().code;
}

TEST(TextQuery, ReadsOperatorsAndBrackets) {
  EXPECT_EQ(Shown("bone"), "_text=bone");
  EXPECT_EQ(Shown("(bone OR liver) and metastases"), "all(any(_text=bone, _text=liver), _text=metastases)");
  EXPECT_EQ(Shown("bone liver"), "all(_text=bone, _text=liver)");
  EXPECT_EQ(Shown("bone not liver"), "all(_text=bone, none(_text=liver))");
  EXPECT_EQ(Shown("bone or liver lung"), "any(_text=bone, all(_text=liver, _text=lung))");
  EXPECT_EQ(Shown("bone,liver"), "any(_text=bone, _text=liver)");
  EXPECT_EQ(Shown("\"bone liver\""), "_text=bone liver");
  
}

TEST(TextQuery, RefusesWhatIsNone) {
  for (const char* text : {"", " ", "and", "bone and", "or bone", "(bone", "bone)", "\"bone", "()", "not", "，。", "bone,", "\xff"}) {
    EXPECT_EQ(Shown(text), "bad-value") << text;
  }
  EXPECT_EQ(Shown(std::string(100, '(') + "bone" + std::string(100, ')')), "bad-value");
  std::string many;
  for (size_t i = 0; i <= limits::kSearchTextTerms; ++i) many += "bone ";
  EXPECT_EQ(Shown(many), "bad-value");
}

bool Finds(const std::string& json, const std::string& text, bool everywhere = true) {
  ResourceText words;
  const json::Document document = json::Document::Parse(json).value();
  AppendText(TestParameters(), document.root(), words);
  const words::TextTerm term = words::ReadTextTerm(text);
  return words::Holds(term, words.narrative) || (everywhere && words::Holds(term, words.other));
}

TEST(ResourceText, IsWhatPeopleRead) {
  const std::string json = R"({"resourceType":"Condition","id":"abc","language":"zh","text":{"status":"generated",
    "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><!-- hidden --><p>持续胸痛&nbsp;2 小时 &amp; 出汗</p></div>"},
    "code":{"coding":[{"system":"urn:x","code":"I10code","display":"原发性高血压"}],"text":"血压高"},
    "identifier":[{"value":"330523199001011234"}],"note":[{"text":"Body *Height*"}],"onsetDateTime":"2024-05-06",
    "subject":{"reference":"Patient/zzz","display":"张伟"},
    "contained":[{"resourceType":"Patient","name":[{"text":"李明"}]}]})";
  for (const char* term : {"胸痛", "出汗", "高血压", "gxy", "330523199001011234", "body height", "张伟", "zw", "李明"}) EXPECT_TRUE(Finds(json, term)) << term;
  for (const char* term : {"hidden", "xhtml", "xmlns", "urn", "I10code", "generated", "zzz", "2024", "nbsp"}) EXPECT_FALSE(Finds(json, term)) << term;
  EXPECT_TRUE(Finds(json, "胸痛", false));
  EXPECT_FALSE(Finds(json, "高血压", false)) << "not in the narrative";
}

TEST(ResourceText, UndoesEntities) {
  EXPECT_EQ(TextOfXhtml("a&lt;b &#x9ad8;&#34880; &unknown; &"), "a<b 高血 &unknown; &");
  EXPECT_EQ(TextOfXhtml("<p title='x'"), " ");
}

}  // namespace
}  // namespace qianxian::search
