// The sheet of codes.
#include "base/limits.h"
#include "intake/import_test_tools.h"
#include "json/value.h"

namespace qianxian::intake {
namespace {

class CodesTest : public ImportTest {
 protected:
  Result<Summary> Import(const std::string& text, const std::string& version = "2.0") {
    Request request;
    request.kind = Kind::kCodes;
    request.paths = {Write("codes.csv", text)};
    request.system = "urn:icd";
    request.version = version;
    request.title = "疾病分类";
    return ImportTest::Import(request, Administrator());
  }
  std::vector<std::string> CodeSystems() {
    std::vector<std::string> bodies;
    auto page = store_->OpenSnapshot(access::SystemCaller("test")).value()->Scan("CodeSystem", "", 100).value();
    for (const store::Resource& resource : page) bodies.push_back(resource.body);
    return bodies;
  }
};

TEST_F(CodesTest, RowsBecomeAHierarchy) {
  const std::string text = "编码,名称,上级,性别限制,停用\nI10.x,原发性高血压,I10,,\nI10,原发性高血压类目,,不限,\nN40,前列腺增生,,男,是\n";
  auto summary = Import(text);
  ASSERT_TRUE(summary.ok()) << Describe(summary.error());
  ExpectCounts(*summary, 3, 0, 0, 0);
  ASSERT_EQ(CodeSystems().size(), 1u);
  const std::string body = CodeSystems()[0];
  for (const char* part : {R"("url":"urn:icd")", R"("version":"2.0")", R"("hierarchyMeaning":"is-a")", R"("count":3)",
                           R"({"code":"性别限制","type":"string"})",
                           R"({"code":"I10","display":"原发性高血压类目","property":[{"code":"性别限制","valueString":"不限"}],"concept":[{"code":"I10.x","display":"原发性高血压"}]})",
                           R"({"code":"inactive","valueBoolean":true})"}) {
    EXPECT_NE(body.find(part), std::string::npos) << part << "\n" << body;
  }
  ExpectCounts(*Import(text), 0, 3, 0, 0);
  ExpectCounts(*Import("code,display\nI10,高血压\n"), 0, 0, 1, 0);
  ExpectCounts(*Import("code,display\nI10,高血压\n", "3.0"), 1, 0, 0, 0);
  EXPECT_EQ(CodeSystems().size(), 2u) << "versions stand beside each other";
}

TEST_F(CodesTest, EveryReasonToRefuseARow) {
  auto summary = Import("code,display,parent\nA,甲,\n,无码,\nB,,\nA,又一个,\nC,丙,Z\nD,丁,C\nE,戊,F\nF,己,E\nG,庚,G\nH,辛,A\n");
  ASSERT_TRUE(summary.ok()) << Describe(summary.error());
  ExpectCounts(*summary, 2, 0, 0, 8);
  EXPECT_EQ(CodesOf(*summary),
            (std::vector<std::string>{"3:code:required", "4:display:required", "5:code:duplicate-code", "10:parent:bad-code", "6:parent:unknown-parent",
                                      "7:parent:unknown-parent", "8:parent:unknown-parent", "9:parent:unknown-parent"}));
}

TEST_F(CodesTest, SystemVersionAndColumnsAreNeeded) {
  EXPECT_EQ(Import("code,display\nA,甲\n", "").error().code, "missing-system");
  EXPECT_EQ(Import("code,其他\nA,甲\n").error().code, "missing-columns");
}

TEST_F(CodesTest, RowsAreBounded) {
  std::string text = "code,display\n";
  for (size_t i = 0; i <= limits::kCodeRows; ++i) text += std::to_string(i) + ",x\n";
  EXPECT_EQ(Import(text).error().code, "too-many-rows");
}

TEST_F(CodesTest, ThirtyFiveThousandCodes) {
  std::string text = "code,display,parent\n";
  for (int i = 0; i < 35'000; ++i) {
    const std::string code = "C" + std::to_string(100'000 + i);
    text += code + ",疾病" + code + "," + (i < 100 ? "" : "C" + std::to_string(100'000 + i % 100)) + "\n";
  }
  auto summary = Import(text);
  ASSERT_TRUE(summary.ok()) << Describe(summary.error());
  ExpectCounts(*summary, 35'000, 0, 0, 0);
  auto document = json::Document::Parse(CodeSystems()[0]);
  EXPECT_EQ(document->root().Find("concept")->size(), 100u);
}

}  // namespace
}  // namespace qianxian::intake
