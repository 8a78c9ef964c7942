#include "json/value.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/ids.h"
#include "base/limits.h"
#include "base/text.h"
#include "json/writer.h"

namespace qianxian::json {
namespace {

Document Parsed(std::string text) {
  auto document = Document::Parse(std::move(text));
  EXPECT_TRUE(document.ok()) << Describe(document.error());
  return std::move(document).value();
}

TEST(Document, ReadsEveryKind) {
  Document document = Parsed(R"( {"n":null,"t":true,"f":false,"i":-12,"d":1.50,"s":"肺癌","a":[1,[2],{}],"o":{"x":"y"}} )");
  Value root = document.root();
  ASSERT_TRUE(root.IsObject());
  EXPECT_EQ(root.size(), 8U);
  EXPECT_TRUE(root.Find("n")->IsNull());
  EXPECT_TRUE(root.Find("t")->AsBoolean());
  EXPECT_FALSE(root.Find("f")->AsBoolean());
  EXPECT_EQ(root.Find("i")->AsInteger(), -12);
  EXPECT_EQ(root.Find("d")->NumberText(), "1.50");
  EXPECT_EQ(root.Find("d")->AsDouble(), 1.5);
  EXPECT_EQ(root.Find("d")->AsInteger(), std::nullopt);
  EXPECT_EQ(root.FindString("s"), "肺癌");
  EXPECT_EQ(root.FindString("i"), "");
  EXPECT_EQ(root.FindString("none"), "");
  EXPECT_EQ(root.Find("none"), std::nullopt);
  EXPECT_EQ(root.Find("o")->Raw(), R"({"x":"y"})");
  Value array = *root.Find("a");
  EXPECT_EQ(array.size(), 3U);
  EXPECT_EQ(array.At(1).At(0).AsInteger(), 2);
  EXPECT_TRUE(array.At(2).IsObject());
  EXPECT_EQ(array.At(2).Members().begin() != array.At(2).Members().end(), false);
  EXPECT_EQ(array.Find("x"), std::nullopt);
  EXPECT_EQ(root.Elements().begin() != root.Elements().end(), false);
}

TEST(Document, KeepsOrderAndText) {
  std::string text = "{\"b\" : 1.0,\n \"a\":[ 1e3 , -0.0 ],\"c\":\"\\u0041\\n\"}";
  Document document = Parsed(text);
  EXPECT_EQ(document.text(), text);
  std::string names;
  for (Member member : document.root().Members()) names += std::string(member.name) + "=" + std::string(member.value.Raw()) + ";";
  EXPECT_EQ(names, "b=1.0;a=[ 1e3 , -0.0 ];c=\"\\u0041\\n\";");
  std::string elements;
  for (Value element : document.root().Find("a")->Elements()) elements += std::string(element.NumberText()) + ";";
  EXPECT_EQ(elements, "1e3;-0.0;");
  EXPECT_EQ(document.root().FindString("c"), "A\n");
}

TEST(Document, SurvivesAMove) {
  Document first = Parsed("{\"a\":\"x\\ty\"}");
  Value root = first.root();
  Document second = std::move(first);
  EXPECT_EQ(root.FindString("a"), "x\ty");
  EXPECT_EQ(second.root().identity(), root.identity());
  first = Parsed("[1]");
  EXPECT_EQ(first.root().size(), 1U);
}

TEST(Document, TakesScalarsAndAByteOrderMark) {
  EXPECT_EQ(Parsed("12").root().AsInteger(), 12);
  EXPECT_EQ(Parsed(" \"\" ").root().AsString(), "");
  EXPECT_TRUE(Parsed("null").root().IsNull());
  EXPECT_EQ(Parsed("\xef\xbb\xbf{}").root().Raw(), "{}");
}

TEST(Document, Unescapes) {
  EXPECT_EQ(Parsed(R"("\"\\\/\b\f\n\r\t")").root().AsString(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(Parsed(R"("a\u80BAb\u00e9\uD83D\ude00c")").root().AsString(), "a肺bé😀c");
  EXPECT_EQ(Parsed(R"("\u0000")").root().AsString(), std::string_view("\0", 1));
  EXPECT_EQ(Parsed(R"({"\u0061b":1})").root().Find("ab")->AsInteger(), 1);
}

TEST(Document, IntegersAtTheEndsOfTheirRange) {
  EXPECT_EQ(Parsed("9223372036854775807").root().AsInteger(), INT64_MAX);
  EXPECT_EQ(Parsed("-9223372036854775808").root().AsInteger(), INT64_MIN);
  EXPECT_EQ(Parsed("9223372036854775808").root().AsInteger(), std::nullopt);
  EXPECT_EQ(Parsed("9223372036854775808").root().NumberText(), "9223372036854775808");
  EXPECT_EQ(Parsed("1e2").root().AsInteger(), std::nullopt);
  EXPECT_TRUE(std::isinf(Parsed("-1e999").root().AsDouble()));
  EXPECT_EQ(Parsed("1e-999").root().AsDouble(), 0);
}

struct Malformed {
  std::string text;
  std::string place;
};

TEST(Document, RefusesMalformedTextAndSaysWhere) {
  const std::vector<Malformed> cases = {
      {"", "line 1 column 1:"},
      {"  \n ", "line 2 column 2:"},
      {"{", "line 1 column 2:"},
      {"[1,]", "line 1 column 4:"},
      {"[1 2]", "line 1 column 4:"},
      {"[1}", "line 1 column 3:"},
      {"{\"a\":1]", "line 1 column 7:"},
      {"{\"a\" 1}", "line 1 column 6:"},
      {"{\"a\":1,}", "line 1 column 8:"},
      {"{a:1}", "line 1 column 2:"},
      {"{\"a\":}", "line 1 column 6:"},
      {"{}{}", "line 1 column 3:"},
      {"{\"肺\":\n[1,\n  tru]}", "line 3 column 3:"},
      {"[\"肺癌\",x]", "line 1 column 7:"},
      {"nul", "line 1 column 1:"},
      {"nulll", "line 1 column 5:"},
      {"\"abc", "line 1 column 1:"},
      {"\"ab\\", "line 1 column 4:"},
      {"\"a\nb\"", "line 1 column 3:"},
      {"\"\\q\"", "line 1 column 2:"},
      {"\"\\u12\"", "line 1 column 2:"},
      {"\"\\ud800\"", "line 1 column 2:"},
      {"\"\\ud800\\u0041\"", "line 1 column 2:"},
      {"\"\\udc00\"", "line 1 column 2:"},
      {"01", "line 1 column 1:"},
      {"-", "line 1 column 1:"},
      {"1.", "line 1 column 1:"},
      {".5", "line 1 column 1:"},
      {"+1", "line 1 column 1:"},
      {"1e", "line 1 column 1:"},
      {"1e+", "line 1 column 1:"},
      {"0x10", "line 1 column 2:"},
      {"NaN", "line 1 column 1:"},
      {"'a'", "line 1 column 1:"},
      {"[1]//x", "line 1 column 4:"},
      {"\"\x80\"", "line 1 column 2:"},
      {"[\"\xe8\x82\xba\", \"\xe8\x82\"]", "line 1 column 8:"},
      {std::string("[1\0]", 4), "line 1 column 3:"},
      {std::string("\"a\0b\"", 5), "line 1 column 3:"},
      {"{\"a\":1,\"b\":2,\"a\":3}", "line 1 column 14:"},
      {"{\"a\":1,\"\\u0061\":3}", "line 1 column 8:"},
  };
  for (const Malformed& test : cases) {
    auto document = Document::Parse(test.text);
    ASSERT_FALSE(document.ok()) << test.text;
    EXPECT_EQ(document.error().category, ErrorCategory::kInvalid);
    EXPECT_EQ(document.error().code, "bad-json");
    EXPECT_TRUE(StartsWith(document.error().en, test.place)) << test.text << " → " << document.error().en;
    EXPECT_TRUE(StartsWith(document.error().zh, "第")) << document.error().zh;
  }
}

TEST(Document, RefusesDuplicateNamesAmongMany) {
  for (size_t count : {2U, 31U, 32U, 33U, 34U, 64U, 1000U}) {
    Writer good;
    good.BeginObject();
    for (size_t i = 0; i < count; ++i) good.Name("name" + std::to_string(i)).Integer(1);
    std::string text = good.EndObject().Take();
    EXPECT_TRUE(Document::Parse(text).ok()) << count;
    for (size_t again : {size_t{0}, count / 2, count - 1}) {
      std::string bad = text.substr(0, text.size() - 1) + ",\"name" + std::to_string(again) + "\":{}}";
      auto document = Document::Parse(bad);
      ASSERT_FALSE(document.ok()) << count << " " << again;
      EXPECT_NE(document.error().en.find("column " + std::to_string(text.size() + 1) + ":"), std::string::npos) << document.error().en;
    }
  }
  EXPECT_TRUE(Document::Parse(R"([{"a":1},{"a":1},{"b":{"b":{"a":1}}}])").ok()) << "the same name in other objects";
}

TEST(Document, AMillionMembersDoNotTakeAMillionSquared) {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i) text += "\"" + std::to_string(i) + "\":0,";
  text += "\"x\":{}}";
  Document document = Parsed(std::move(text));
  EXPECT_EQ(document.root().size(), 300'001U);
}

TEST(Document, BoundsDepthAndSize) {
  size_t depth = limits::kJsonDepth;
  EXPECT_TRUE(Document::Parse(std::string(depth, '[') + std::string(depth, ']')).ok());
  auto deep = Document::Parse(std::string(depth + 1, '[') + std::string(depth + 1, ']'));
  ASSERT_FALSE(deep.ok());
  EXPECT_EQ(deep.error().code, "too-deep");
  EXPECT_EQ(Document::Parse(std::string(1'000'000, '[')).error().code, "too-deep");
  EXPECT_EQ(Document::Parse(std::string(limits::kJsonBytes + 1, ' ')).error().code, "too-large");
}

TEST(Value, DefaultIsNullOfNoDocument) {
  Value none;
  EXPECT_TRUE(none.IsNull());
  EXPECT_EQ(none.Raw(), "null");
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(none.Find("a"), std::nullopt);
  for (Value element : none.Elements()) FAIL() << element.Raw();
  for (Member member : none.Members()) FAIL() << member.name;
  EXPECT_TRUE(Equal(none, Parsed("null").root()));
}

TEST(ValueDeathTest, WrongKindIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Document document = Parsed("[1]");
  EXPECT_DEATH(static_cast<void>(document.root().AsString()), "AsString");
  EXPECT_DEATH(static_cast<void>(document.root().At(1)), "outside");
}

bool AreEqual(const char* a, const char* b) { return Equal(Parsed(a).root(), Parsed(b).root()); }

TEST(Equal, ComparesValuesNotText) {
  EXPECT_TRUE(AreEqual(R"({"a":1,"b":[1,"x"]})", R"( {"b" : [1, "\u0078"], "a":1} )"));
  EXPECT_FALSE(AreEqual("1.0", "1"));
  EXPECT_FALSE(AreEqual("[1,2]", "[2,1]"));
  EXPECT_FALSE(AreEqual("[1]", "[1,1]"));
  EXPECT_FALSE(AreEqual(R"({"a":1})", R"({"b":1})"));
  EXPECT_FALSE(AreEqual(R"({"a":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(AreEqual("true", "false"));
  EXPECT_FALSE(AreEqual("null", "false"));
  EXPECT_FALSE(AreEqual(R"("1")", "1"));
  EXPECT_TRUE(AreEqual("{}", "{ }"));
}

// A random document written by Writer, with what a correct reader must find in it written beside it.
class RandomDocument {
 public:
  explicit RandomDocument(uint64_t seed) : random_(seed) {}
  std::string Make() {
    Value_(0);
    return writer_.Take();
  }

 private:
  std::string Text() {
    std::string text;
    static constexpr uint32_t kSpecial[] = {'"', '\\', '/', '\n', 1, 0x1f, 0x7f, 0xe9, 0x80ba, 0x1f600, 0, 0x2028};
    for (uint64_t i = random_.NextBelow(24); i > 0; --i) {
      bool special = random_.NextBelow(6) == 0;
      AppendUtf8(text, special ? kSpecial[random_.NextBelow(std::size(kSpecial))] : static_cast<uint32_t>('a' + random_.NextBelow(26)));
    }
    return text;
  }
  void Value_(int depth) {
    switch (random_.NextBelow(depth < 6 ? 8 : 5)) {
      case 0: writer_.Null(); return;
      case 1: writer_.Boolean(random_.NextBelow(2) == 0); return;
      case 2: writer_.Integer(static_cast<int64_t>(random_.Next())); return;
      case 3: writer_.Double(std::ldexp(static_cast<double>(static_cast<int64_t>(random_.Next())), static_cast<int>(random_.NextBelow(200)) - 150)); return;
      case 4: writer_.String(Text()); return;
      case 5: Array(depth); return;
      default: Object(depth);
    }
  }
  void Array(int depth) {
    writer_.BeginArray();
    for (uint64_t i = random_.NextBelow(6); i > 0; --i) Value_(depth + 1);
    writer_.EndArray();
  }
  void Object(int depth) {
    writer_.BeginObject();
    uint64_t count = random_.NextBelow(50) == 0 ? 60 : random_.NextBelow(7);
    for (uint64_t i = 0; i < count; ++i) {
      writer_.Name(std::to_string(i) + Text());
      Value_(depth + 1);
    }
    writer_.EndObject();
  }
  SeededRandom random_;
  Writer writer_;
};

void WriteAgain(Value value, Writer& writer) {
  switch (value.kind()) {
    case Kind::kNull: writer.Null(); return;
    case Kind::kBoolean: writer.Boolean(value.AsBoolean()); return;
    case Kind::kNumber: writer.Number(value.NumberText()); return;
    case Kind::kString: writer.String(value.AsString()); return;
    case Kind::kArray:
      writer.BeginArray();
      for (size_t i = 0; i < value.size(); ++i) WriteAgain(value.At(i), writer);
      writer.EndArray();
      return;
    case Kind::kObject:
      writer.BeginObject();
      for (Member member : value.Members()) {
        EXPECT_EQ(value.Find(member.name)->identity(), member.value.identity());
        WriteAgain(member.value, writer.Name(member.name));
      }
      writer.EndObject();
  }
}

TEST(Document, RandomDocumentsRoundTrip) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    std::string text = RandomDocument(seed).Make();
    Document document = Parsed(text);
    Writer writer;
    WriteAgain(document.root(), writer);
    ASSERT_EQ(writer.text(), text);
    EXPECT_TRUE(Equal(document.root(), Parsed(writer.Take()).root()));
  }
}

}  // namespace
}  // namespace qianxian::json
