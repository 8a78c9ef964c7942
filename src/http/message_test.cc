#include <gtest/gtest.h>

#include "base/ids.h"
#include "http/server.h"

namespace qianxian::http {
namespace {

TEST(PercentCoding, EncodesAllButTheUnreserved) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("王 a/b?&=+%"), "%E7%8E%8B%20a%2Fb%3F%26%3D%2B%25");
}

TEST(PercentCoding, DecodesAndLeavesBrokenCodesAlone) {
  EXPECT_EQ(PercentDecode("%e7%8E%8b", false), "王");
  EXPECT_EQ(PercentDecode("a+b%2Bc", true), "a b+c");
  EXPECT_EQ(PercentDecode("a+b", false), "a+b");
  for (const char* broken : {"%", "%2", "%zz", "100%", "%%"}) EXPECT_EQ(PercentDecode(broken, true), broken);
}

TEST(PercentCoding, AnyBytesRoundTrip) {
  SeededRandom random(5);
  for (int i = 0; i < 1000; ++i) {
    std::string bytes(random.NextBelow(20), '\0');
    random.Fill(bytes.data(), bytes.size());
    EXPECT_EQ(PercentDecode(PercentEncode(bytes), true), bytes);
    EXPECT_EQ(PercentDecode(PercentEncode(bytes), false), bytes);
  }
}

TEST(ParseQuery, KeepsOrderAndRepetition) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(ParseQuery("name=%E7%8E%8B&date=ge2025&date=lt2026&flag&=x&&a=b=c+d"),
            (Pairs{{"name", "王"}, {"date", "ge2025"}, {"date", "lt2026"}, {"flag", ""}, {"", "x"}, {"a", "b=c d"}}));
  EXPECT_EQ(ParseQuery(""), Pairs{});
}

TEST(Request, FindsHeadersQueriesAndCookies) {
  Request request;
  request.headers = {{"accept", "a"}, {"accept", "b"}, {"cookie", "x=1; session=abc=; y=\"q\""}, {"cookie", "z=2"}};
  request.query = {{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(request.Header("accept"), "a");
  EXPECT_EQ(request.Header("host"), "");
  EXPECT_EQ(request.QueryValue("a"), "1");
  EXPECT_EQ(request.QueryValue("b"), "");
  EXPECT_EQ(request.Cookie("session"), "abc=");
  EXPECT_EQ(request.Cookie("y"), "q");
  EXPECT_EQ(request.Cookie("z"), "2");
  EXPECT_EQ(request.Cookie("essio"), "");
}

TEST(Response, SetReplacesWhateverTheCase) {
  Response response;
  response.Set("Content-Type", "a").Set("X", "1").Set("content-type", "b");
  EXPECT_EQ(response.headers.size(), 2U);
  EXPECT_EQ(response.Header("content-type"), "b");
  EXPECT_EQ(response.Header("none"), "");
}

}  // namespace
}  // namespace qianxian::http
