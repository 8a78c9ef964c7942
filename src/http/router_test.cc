#include <gtest/gtest.h>

#include "base/text.h"
#include "http/server.h"
#include "http/target.h"

namespace qianxian::http {
namespace {

class RouterTest : public testing::Test {
 protected:
  void Add(const std::string& method, const std::string& pattern) {
    router_.Add(method, pattern, [pattern](Request&, const Parameters& parameters) {
      Response response;
      response.body = pattern;
      for (const auto& [name, value] : parameters) response.body += " " + name + "=" + value;
      return response;
    });
  }
  // What answered; or the methods that would, in brackets.
  std::string Ask(const std::string& method, const std::string& target) {
    Request request;
    request.method = method;
    request.target = target;
    request.path = PercentDecode(PathOfTarget(target), false);
    std::vector<std::string> allowed;
    auto response = router_.Route(request, &allowed);
    return response ? response->body : "[" + Join(allowed, ",") + "]";
  }
  Router router_;
};

TEST_F(RouterTest, MatchesWhateverTheOrderOfAdding) {
  Add("GET", "/fhir/{rest...}");
  Add("GET", "/fhir/{type}/{id}");
  Add("GET", "/fhir/metadata");
  Add("GET", "/fhir/{type}");
  Add("GET", "/");
  EXPECT_EQ(Ask("GET", "/fhir/metadata"), "/fhir/metadata");
  EXPECT_EQ(Ask("GET", "/fhir/Patient?name=x"), "/fhir/{type} type=Patient");
  EXPECT_EQ(Ask("GET", "/fhir/Patient/1"), "/fhir/{type}/{id} id=1 type=Patient");
  EXPECT_EQ(Ask("GET", "/fhir/Patient/1/_history/2"), "/fhir/{rest...} rest=Patient/1/_history/2");
  EXPECT_EQ(Ask("GET", "/fhir"), "/fhir/{rest...} rest=");
  EXPECT_EQ(Ask("GET", "/fhir/"), "/fhir/{rest...} rest=");
  EXPECT_EQ(Ask("GET", "/"), "/");
  EXPECT_EQ(Ask("GET", "/none"), "[]");
  EXPECT_EQ(Ask("GET", "*"), "[]");
}

TEST_F(RouterTest, TellsWhichMethodsWouldDo) {
  Add("GET", "/api/gaps/{id}");
  Add("PUT", "/api/gaps/{id}");
  Add("POST", "/api/gaps");
  EXPECT_EQ(Ask("DELETE", "/api/gaps/7"), "[GET,HEAD,PUT]");
  EXPECT_EQ(Ask("GET", "/api/gaps"), "[POST]");
  EXPECT_EQ(Ask("HEAD", "/api/gaps"), "[POST]");
  EXPECT_EQ(Ask("HEAD", "/api/gaps/7"), "/api/gaps/{id} id=7");
}

TEST_F(RouterTest, SplitsBeforeItDecodes) {
  Add("GET", "/x/{id}/y");
  Add("GET", "/肺癌");
  EXPECT_EQ(Ask("GET", "/x/a%2Fb/y"), "/x/{id}/y id=a/b");
  EXPECT_EQ(Ask("GET", "/x/%E8%82%BA/y"), "/x/{id}/y id=肺");
  EXPECT_EQ(Ask("GET", "/%E8%82%BA%E7%99%8C"), "/肺癌");
  EXPECT_EQ(Ask("GET", "/x//y"), "[]") << "a parameter is not empty";
  EXPECT_EQ(Ask("GET", "/x/a/b/y"), "[]");
  EXPECT_EQ(Ask("GET", "/x/a/y/"), "[]");
  EXPECT_EQ(Ask("GET", "http://host:80/x/a/y?q"), "/x/{id}/y id=a");
}

TEST_F(RouterTest, FallsBackToTheLessSpecificThatHasTheMethod) {
  Add("POST", "/fhir/metadata");
  Add("GET", "/fhir/{type}");
  EXPECT_EQ(Ask("GET", "/fhir/metadata"), "/fhir/{type} type=metadata");
}

TEST(Target, TakesPathAndQueryOutOfEveryForm) {
  EXPECT_EQ(PathOfTarget("/a%20b?c=d"), "/a%20b");
  EXPECT_EQ(PathOfTarget("HTTP://host/a?b"), "/a");
  EXPECT_EQ(PathOfTarget("https://host"), "/");
  EXPECT_EQ(PathOfTarget("*"), "*");
  EXPECT_EQ(PathOfTarget("a"), "");
  EXPECT_EQ(PathOfTarget("host:443"), "");
  EXPECT_EQ(QueryOfTarget("/a?b?c#d"), "b?c");
  EXPECT_EQ(QueryOfTarget("/a#x?d"), "");
}

}  // namespace
}  // namespace qianxian::http
