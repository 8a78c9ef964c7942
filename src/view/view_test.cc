#include "view/view.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "json/writer.h"

namespace qianxian::view {
namespace {

const fhir::Definitions& R4() { return fhir::Definitions::R4(); }

void Write(json::Writer& writer, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull: writer.Null(); break;
    case Cell::Kind::kBoolean: writer.Boolean(cell.boolean); break;
    case Cell::Kind::kInteger:
    case Cell::Kind::kDecimal: writer.Number(cell.text); break;
    case Cell::Kind::kText: writer.String(cell.text); break;
    case Cell::Kind::kJson: writer.Raw(cell.text); break;
  }
}

Result<std::vector<std::string>> RowsAsJson(json::Value definition, json::Value resources) {
  QX_TRY(const ViewDefinition view, ViewDefinition::Parse(R4(), definition));
  Runner runner(view, Instant{0});
  std::vector<std::string> texts;
  for (json::Value resource : resources.Elements()) {
    QX_TRY(const std::vector<Row> rows, runner.Rows(resource));
    for (const Row& row : rows) {
      EXPECT_EQ(row.size(), view.columns().size());
      json::Writer writer;
      writer.BeginObject();
      for (size_t i = 0; i < row.size(); ++i) Write(writer.Name(view.columns()[i].name), row[i]);
      texts.push_back(writer.EndObject().Take());
    }
  }
  return texts;
}

// The same rows, in any order; numbers by value (1.0 of the suite is our 1.0).
bool SameRows(const std::vector<std::string>& rows, json::Value expected) {
  std::vector<json::Document> left;
  for (const std::string& row : rows) left.push_back(json::Document::Parse(row).value());
  for (json::Value wanted : expected.Elements()) {
    const auto found = std::ranges::find_if(left, [&](const json::Document& d) { return json::Equal(d.root(), wanted); });
    if (found == left.end()) return false;
    left.erase(found);
  }
  return left.empty();
}

TEST(SqlOnFhir, TheOfficialSuitePasses) {
  const std::string folder = QIANXIAN_SOURCE_DIR "/../shared/conformance/sql-on-fhir/tests";
  const Result<std::vector<std::string>> files = ListFiles(folder);
  if (!files.ok() || files->empty()) GTEST_SKIP() << "no " << folder;
  int passed = 0;
  for (const std::string& file : *files) {
    const json::Document suite = json::Document::Parse(ReadFile(file).value()).value();
    const json::Value resources = *suite.root().Find("resources");
    for (json::Value test : suite.root().Find("tests")->Elements()) {
      const std::string title = file.substr(file.rfind('/') + 1) + ": " + std::string(test.FindString("title"));
      const Result<std::vector<std::string>> rows = RowsAsJson(*test.Find("view"), resources);
      if (const auto error = test.Find("expectError"); error && error->AsBoolean()) {
        EXPECT_FALSE(rows.ok()) << title;
        passed += rows.ok() ? 0 : 1;
        continue;
      }
      ASSERT_TRUE(rows.ok()) << title << ": " << Describe(rows.error());
      bool good = true;
      if (const auto count = test.Find("expectCount")) good = static_cast<int64_t>(rows->size()) == count->AsInteger();
      if (const auto expected = test.Find("expect")) good = good && SameRows(*rows, *expected);
      std::string got;
      for (const std::string& row : *rows) got += row + "\n";
      EXPECT_TRUE(good) << title << "\n" << got;
      passed += good ? 1 : 0;
    }
  }
  EXPECT_GE(passed, 58);
}

std::vector<std::string> Rows(const std::string& definition, const std::string& resource) {
  const json::Document view = json::Document::Parse(definition).value();
  const json::Document resources = json::Document::Parse("[" + resource + "]").value();
  Result<std::vector<std::string>> rows = RowsAsJson(view.root(), resources.root());
  return rows.ok() ? *rows : std::vector<std::string>{"ERROR " + rows.error().code};
}

constexpr const char* kPatient =
    R"({"resourceType":"Patient","id":"p","name":[{"family":"王","given":["一","二"]},{"family":"李"}],)"
    R"("contact":[{"telecom":[{"value":"1"},{"value":"2"}]},{"gender":"male"}]})";

TEST(View, ForEachCrossesAndDropsEmptyOnes) {
  const std::string both = R"({"resource":"Patient","select":[{"column":[{"name":"id","path":"id"}]},)"
                           R"({"forEach":"contact","select":[{"forEach":"telecom","column":[{"name":"v","path":"value"}]}]}]})";
  EXPECT_EQ(Rows(both, kPatient), (std::vector<std::string>{R"({"id":"p","v":"1"})", R"({"id":"p","v":"2"})"}));
}

TEST(View, ForEachOrNullKeepsTheRow) {
  const std::string view = R"({"resource":"Patient","select":[{"forEach":"contact","select":[{"forEachOrNull":"telecom",)"
                           R"("column":[{"name":"v","path":"value"}]}]}]})";
  EXPECT_EQ(Rows(view, kPatient), (std::vector<std::string>{R"({"v":"1"})", R"({"v":"2"})", R"({"v":null})"}));
}

TEST(View, UnionAllWantsTheSameColumns) {
  const std::string good = R"({"resource":"Patient","select":[{"unionAll":[{"forEach":"name","column":[{"name":"t","path":"family"}]},)"
                           R"({"forEach":"contact.telecom","column":[{"name":"t","path":"value"}]}]}]})";
  EXPECT_EQ(Rows(good, kPatient).size(), 4u);
  const std::string bad = R"({"resource":"Patient","select":[{"unionAll":[{"column":[{"name":"a","path":"id"}]},)"
                          R"({"column":[{"name":"b","path":"id"}]}]}]})";
  EXPECT_EQ(Rows(bad, kPatient), std::vector<std::string>{"ERROR bad-view"});
}

TEST(View, CollectionIsAskedFor) {
  const std::string many = R"({"resource":"Patient","select":[{"column":[{"name":"f","path":"name.family")";
  EXPECT_EQ(Rows(many + "}]}]}", kPatient), std::vector<std::string>{"ERROR many-values"});
  EXPECT_EQ(Rows(many + R"(,"collection":true}]}]})", kPatient), std::vector<std::string>{R"({"f":["王","李"]})"});
}

TEST(View, RepeatGoesDown) {
  const std::string view = R"({"resource":"QuestionnaireResponse","select":[{"repeat":["item"],"column":[{"name":"l","path":"linkId"}]}]})";
  const std::string response = R"({"resourceType":"QuestionnaireResponse","status":"completed","item":[{"linkId":"1","item":[{"linkId":"1.1"}]},{"linkId":"2"}]})";
  EXPECT_EQ(Rows(view, response), (std::vector<std::string>{R"({"l":"1"})", R"({"l":"1.1"})", R"({"l":"2"})"}));
}

TEST(View, FaultsAreSaidAtOnce) {
  EXPECT_EQ(Rows(R"({"resource":"Nobody","select":[{"column":[{"name":"a","path":"id"}]}]})", kPatient).at(0), "ERROR bad-view");
  EXPECT_EQ(Rows(R"({"resource":"Patient","select":[{"column":[{"name":"a","path":"%x"}]}]})", kPatient).at(0), "ERROR bad-view");
  EXPECT_EQ(Rows(R"({"resource":"Patient","select":[{"column":[{"name":"a","path":"id"},{"name":"a","path":"id"}]}]})", kPatient).at(0),
            "ERROR bad-view");
  EXPECT_EQ(Rows(R"({"resource":"Patient","select":[{"column":[{"name":"a b","path":"id"}]}]})", kPatient).at(0), "ERROR bad-view");
}

}  // namespace
}  // namespace qianxian::view
