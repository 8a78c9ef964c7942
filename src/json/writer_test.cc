#include "json/writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace qianxian::json {
namespace {

TEST(Writer, WritesCompactJson) {
  Writer writer;
  writer.BeginObject()
      .Member("text", "肺癌 \"C34\"")
      .Member("count", 3)
      .Member("big", uint32_t{4'000'000'000})
      .Member("share", 0.1)
      .Member("good", true)
      .MemberIfAny("nothing", "")
      .MemberIfAny("something", "x");
  writer.Name("list").BeginArray().Integer(1).String("a").Null().BeginArray().EndArray().BeginObject().EndObject().EndArray();
  writer.Name("money").Number("1.50").Name("raw").Raw("{\"a\":1}").EndObject();
  EXPECT_EQ(writer.Take(),
            R"({"text":"肺癌 \"C34\"","count":3,"big":4000000000,"share":0.1,"good":true,"something":"x",)"
            R"("list":[1,"a",null,[],{}],"money":1.50,"raw":{"a":1}})");
  EXPECT_EQ(writer.String("again").Take(), "\"again\"");
}

TEST(Writer, EscapesWhatMustBe) {
  EXPECT_EQ(Quote(std::string_view("a\"b\\c/\b\f\n\r\t\0\x1f\x7f", 14)), "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"");
  EXPECT_EQ(Quote("0123456789abcdef0123456789abcdef\n"), "\"0123456789abcdef0123456789abcdef\\n\"");
  EXPECT_EQ(Quote("a\xff肺\xe8\x82"), "\"a\uFFFD肺\uFFFD\uFFFD\"");
}

TEST(Writer, NumbersReadBackTheSame) {
  auto text = [](double number) { return Writer().Double(number).Take(); };
  EXPECT_EQ(text(0.1), "0.1");
  EXPECT_EQ(text(-0.0), "-0");
  EXPECT_EQ(text(1e21), "1e+21");
  EXPECT_EQ(text(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(text(-std::numeric_limits<double>::infinity()), "null");
  for (double number : {1e-300, 5e-324, 1.7976931348623157e308, 1.0 / 3, 123456789.123456789}) {
    EXPECT_EQ(Document::Parse(text(number)).value().root().AsDouble(), number);
  }
  EXPECT_EQ(Writer().Integer(INT64_MIN).Take(), "-9223372036854775808");
}

TEST(Writer, CopiesWhatWasSent) {
  Document document = Document::Parse("{\"a\":[1.00, \"\\u0041\"]}").value();
  EXPECT_EQ(Writer().BeginArray().Copy(*document.root().Find("a")).EndArray().Take(), "[[1.00, \"\\u0041\"]]");
}

TEST(WriterDeathTest, MisuseIsABug) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(Writer().BeginObject().Integer(1), "without a name");
  EXPECT_DEATH(Writer().BeginArray().Name("a"), "wrong place");
  EXPECT_DEATH(Writer().BeginObject().Name("a").Name("b"), "wrong place");
  EXPECT_DEATH(Writer().BeginObject().Name("a").EndObject(), "wrong place");
  EXPECT_DEATH(Writer().BeginObject().EndArray(), "wrong place");
  EXPECT_DEATH(Writer().EndArray(), "wrong place");
  EXPECT_DEATH(Writer().Integer(1).Integer(2), "second value");
  EXPECT_DEATH(Writer().BeginArray().Take(), "unfinished");
  EXPECT_DEATH(Writer().Take(), "unfinished");
}

}  // namespace
}  // namespace qianxian::json
