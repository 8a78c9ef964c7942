// RFC 6902, its appendix A among others.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "patch/patch.h"

namespace qianxian::patch {
namespace {

// The result, or the error's code.
std::string Patch(const std::string& target, const std::string& patch, bool prune = false) {
  Result<json::Document> document = json::Document::Parse(target), operations = json::Document::Parse(patch);
  if (!document.ok() || !operations.ok()) return "not JSON";
  Result<std::string> done = ApplyJsonPatch(document->root(), operations->root(), prune);
  if (done.ok()) return *done;
  EXPECT_FALSE(done.error().zh.empty()) << done.error().en;
  return done.error().code;
}

TEST(JsonPatch, Adds) {
  EXPECT_EQ(Patch(R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])"), R"({"foo":"bar","baz":"qux"})");
  EXPECT_EQ(Patch(R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])"), R"({"foo":["bar","qux","baz"]})");
  EXPECT_EQ(Patch(R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/-","value":["abc","def"]}])"), R"({"foo":["bar",["abc","def"]]})");
  EXPECT_EQ(Patch(R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/1","value":1}])"), R"({"foo":["bar",1]})");
  EXPECT_EQ(Patch(R"({"foo":null})", R"([{"op":"add","path":"/foo","value":1}])"), R"({"foo":1})") << "what is there is replaced";
  EXPECT_EQ(Patch(R"({"foo":"bar"})", R"([{"op":"add","path":"/child","value":{"grandchild":{}}}])"), R"({"foo":"bar","child":{"grandchild":{}}})");
  EXPECT_EQ(Patch(R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux","xyz":123}])"), R"({"foo":"bar","baz":"qux"})") << "unknown members are passed over";
  EXPECT_EQ(Patch(R"({"foo":"bar"})", R"([{"op":"add","path":"/baz/bat","value":"qux"}])"), "patch-failed") << "no such object";
  EXPECT_EQ(Patch(R"({"foo":["a"]})", R"([{"op":"add","path":"/foo/3","value":1}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"foo":["a"]})", R"([{"op":"add","path":"/foo/01","value":1}])"), "patch-failed") << "leading zero";
  EXPECT_EQ(Patch(R"({"foo":["a"]})", R"([{"op":"add","path":"/foo/x","value":1}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"foo":1})", R"([{"op":"add","path":"","value":{"a":2}}])"), R"({"a":2})");
  EXPECT_EQ(Patch(R"({"foo":1})", R"([{"op":"add","path":"/","value":2}])"), R"({"foo":1,"":2})") << "a member of no name";
}

TEST(JsonPatch, RemovesAndReplaces) {
  EXPECT_EQ(Patch(R"({"baz":"qux","foo":"bar"})", R"([{"op":"remove","path":"/baz"}])"), R"({"foo":"bar"})");
  EXPECT_EQ(Patch(R"({"foo":["bar","qux","baz"]})", R"([{"op":"remove","path":"/foo/1"}])"), R"({"foo":["bar","baz"]})");
  EXPECT_EQ(Patch(R"({"foo":["bar"]})", R"([{"op":"remove","path":"/foo/1"}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"foo":["bar"]})", R"([{"op":"remove","path":"/foo/-"}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"foo":1})", R"([{"op":"remove","path":"/bar"}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"foo":1})", R"([{"op":"remove","path":""}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"baz":"qux","foo":"bar"})", R"([{"op":"replace","path":"/baz","value":"boo"}])"), R"({"baz":"boo","foo":"bar"})");
  EXPECT_EQ(Patch(R"({"baz":"qux"})", R"([{"op":"replace","path":"/foo","value":"boo"}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"baz":"qux"})", R"([{"op":"replace","path":"","value":{"a":1}}])"), R"({"a":1})");
}

TEST(JsonPatch, MovesAndCopies) {
  EXPECT_EQ(Patch(R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}})", R"([{"op":"move","from":"/foo/waldo","path":"/qux/thud"}])"),
            R"({"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}})");
  EXPECT_EQ(Patch(R"({"foo":["all","grass","cows","eat"]})", R"([{"op":"move","from":"/foo/1","path":"/foo/3"}])"), R"({"foo":["all","cows","eat","grass"]})");
  EXPECT_EQ(Patch(R"({"a":{"b":1}})", R"([{"op":"move","from":"/a","path":"/a/b"}])"), "bad-patch") << "into itself";
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"move","from":"/a","path":"/a"}])"), R"({"a":1})");
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"move","from":"/b","path":"/a"}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"a":[1,{"b":2}]})", R"([{"op":"copy","from":"/a/1","path":"/c"},{"op":"replace","path":"/c/b","value":3}])"), R"({"a":[1,{"b":2}],"c":{"b":3}})")
      << "a copy is a thing of its own";
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"copy","path":"/b"}])"), "bad-patch") << "no from";
}

TEST(JsonPatch, TestsByValue) {
  EXPECT_EQ(Patch(R"({"a":[1.0,{"x":1,"y":"é"}]})", R"([{"op":"test","path":"/a","value":[1,{"y":"\u00e9","x":10e-1}]}])"), R"({"a":[1.0,{"x":1,"y":"é"}]})")
      << "numbers by value, members in any order";
  EXPECT_EQ(Patch(R"({"a":0})", R"([{"op":"test","path":"/a","value":-0.00}])"), R"({"a":0})");
  EXPECT_EQ(Patch(R"({"a":100})", R"([{"op":"test","path":"/a","value":1e2}])"), R"({"a":100})");
  EXPECT_EQ(Patch(R"({"a":1e99999999999999999999})", R"([{"op":"test","path":"/a","value":1e99999999999999999998}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"a":10})", R"([{"op":"test","path":"/a","value":"10"}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"a":[1,2]})", R"([{"op":"test","path":"/a","value":[2,1]}])"), "patch-failed");
  EXPECT_EQ(Patch(R"({"a":null})", R"([{"op":"test","path":"/a","value":null}])"), R"({"a":null})");
  EXPECT_EQ(Patch(R"({})", R"([{"op":"test","path":"/a","value":null}])"), "patch-failed") << "null is not nothing";
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"test","path":"/a"}])"), "bad-patch") << "no value";
}

TEST(JsonPatch, PointersAreEscaped) {
  EXPECT_EQ(Patch(R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":10},{"op":"replace","path":"/~1","value":8}])"), R"({"/":8,"~1":10})");
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"remove","path":"a"}])"), "bad-patch");
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"remove","path":"/a~"}])"), "bad-patch");
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"remove","path":"/a~2"}])"), "bad-patch");
}

TEST(JsonPatch, IsAllOrNothingAndSaysWhere) {
  Result<json::Document> target = json::Document::Parse(R"({"a":1})");
  Result<json::Document> patch = json::Document::Parse(R"([{"op":"replace","path":"/a","value":2},{"op":"test","path":"/a","value":1}])");
  Result<std::string> done = ApplyJsonPatch(target->root(), patch->root());
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().en, "operation 1: the test of /a does not hold");
  EXPECT_EQ(target->root().Raw(), R"({"a":1})");
  EXPECT_EQ(Patch(R"({"a":1})", R"({"op":"remove","path":"/a"})"), "bad-patch");
  EXPECT_EQ(Patch(R"({"a":1})", R"([1])"), "bad-patch");
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"spam","path":"/a"}])"), "bad-patch");
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"path":"/a"}])"), "bad-patch");
  EXPECT_EQ(Patch(R"({"a":1})", R"([{"op":"add","value":1}])"), "bad-patch");
}

TEST(JsonPatch, LeavesTheRestAsItWasSent) {
  EXPECT_EQ(Patch("{\"a\": 1.50,\n \"b\": {\"c\" : 2.0E1, \"d\":[ 1 ,2 ]}, \"e\":1}", R"([{"op":"replace","path":"/e","value":0.10}])"),
            "{\"a\":1.50,\"b\":{\"c\" : 2.0E1, \"d\":[ 1 ,2 ]},\"e\":0.10}");
}

TEST(JsonPatch, PrunesWhatItLeftEmpty) {
  EXPECT_EQ(Patch(R"({"name":[{"family":"a"}],"x":1})", R"([{"op":"remove","path":"/name/0/family"}])", true), R"({"x":1})");
  EXPECT_EQ(Patch(R"({"given":["a","b"],"_given":[{"id":"1"},{"id":"2"}]})", R"([{"op":"remove","path":"/_given/0/id"}])", true),
            R"({"given":["a","b"],"_given":[null,{"id":"2"}]})");
  EXPECT_EQ(Patch(R"({"name":[{"family":"a"}],"x":1})", R"([{"op":"remove","path":"/name/0/family"}])", false), R"({"name":[{}],"x":1})");
}

TEST(JsonPatch, IsBounded) {
  std::string many = "[";
  for (size_t i = 0; i <= limits::kPatchOperations; ++i) many += std::string(i ? "," : "") + R"({"op":"add","path":"/a","value":1})";
  EXPECT_EQ(Patch("{}", many + "]"), "too-large");
  std::string doubling = "[";   // each copy takes the whole document into itself
  for (int i = 0; i < 60; ++i) doubling += std::string(i ? "," : "") + R"({"op":"copy","from":"","path":"/a)" + std::to_string(i) + "\"}";
  EXPECT_EQ(Patch(R"({"x":"0123456789"})", doubling + "]"), "too-large");
}

}  // namespace
}  // namespace qianxian::patch
