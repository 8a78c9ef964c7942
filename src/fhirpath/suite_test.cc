// The official FHIRPath suite for R4, as far as it lies beside the checkout. suite_known_failures.txt names the cases that
// do not pass; the list may only become shorter.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "fhir/shape.h"
#include "fhirpath/engine.h"
#include "fhirpath/xml_for_tests.h"

namespace qianxian::fhirpath {
namespace {

using tests::XmlElement;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

// One case: "" if it passes, or what went wrong.
class Suite {
 public:
  explicit Suite(std::string folder) : folder_(std::move(folder)) {}

  std::string Run(const XmlElement& test) {
    const XmlElement* expression = test.Child("expression");
    bool invalid = !expression->Attribute("invalid").empty();
    Environment environment;
    environment.definitions = &fhir::Definitions::R4();
    environment.now = Instant{1'750'000'000'000'000};
    environment.strict = test.Attribute("mode") == "strict" || expression->Attribute("mode") == "strict";
    environment.check_order = test.Attribute("checkOrderedFunctions") == "true";
    Evaluator evaluator(environment);
    auto parsed = Expression::Parse(expression->text);
    if (!parsed.ok()) return invalid ? "" : Describe(parsed.error());
    Item focus = Input(test.Attribute("inputfile"));
    auto result = evaluator.Evaluate(*parsed, focus);
    if (!result.ok()) return invalid ? "" : Describe(result.error());
    if (invalid) return "should be refused, gave " + Shown(*result, evaluator.arena());
    return Compare(test, *result, evaluator.arena());
  }

 private:
  Item Input(const std::string& name) {
    if (name.empty()) return NodeItem(json::Value(), nullptr);
    auto& document = documents_[name];
    if (document == nullptr) {
      std::string text = ReadAll(folder_ + "/input/" + name);
      if (name.ends_with(".xml")) {
        text = tests::ResourceConverter(fhir::Definitions::R4()).Convert(*tests::XmlReader(text).Read());
      }
      auto made = json::Document::Parse(text);
      EXPECT_TRUE(made.ok()) << name << ": " << Describe(made.error());
      document = std::make_unique<json::Document>(std::move(made).value());
      EXPECT_FALSE(fhir::HasErrors(fhir::CheckShape(fhir::Definitions::R4(), document->root()))) << name;
    }
    return ResourceItem(fhir::Definitions::R4(), document->root());
  }

  static std::string Shown(const Collection& items, Arena& arena) {
    std::string out = "[";
    for (const Item& item : items) out += " " + TypeName(item) + "=" + ToText(item, arena).value_or("?");
    return out + " ]";
  }

  static std::string Compare(const XmlElement& test, Collection result, Arena& arena) {
    if (test.Attribute("predicate") == "true") {
      auto value = result.size() == 1 ? ToSystem(result[0], arena) : std::nullopt;
      bool truth = value && value->kind == ItemKind::kBoolean ? value->boolean : !result.empty();
      result = {Item::Boolean(truth)};
    }
    std::vector<const XmlElement*> wanted;
    for (const auto& child : test.children) {
      if (child->name == "output") wanted.push_back(child.get());
    }
    if (wanted.size() != result.size()) return "wrong count, gave " + Shown(result, arena);
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (!Same(*wanted[i], result[i], arena)) return "wanted " + wanted[i]->text + ", gave " + Shown(result, arena);
    }
    return "";
  }

  static bool Same(const XmlElement& wanted, const Item& item, Arena& arena) {
    std::string type = wanted.Attribute("type");
    std::string own = TypeName(item);
    own = own.substr(own.find('.') + 1);
    if (!type.empty() && ToLowerAscii(own) != ToLowerAscii(type)) return false;
    std::string text = wanted.text;
    if (text.starts_with("@T")) text = text.substr(2);
    else if (text.starts_with("@")) text = text.substr(1);
    std::string given = ToText(item, arena).value_or("");
    if (given == text) return true;
    auto a = Number::Parse(text);
    auto b = Number::Parse(given);
    return a && b && Number::Compare(*a, *b) == 0 && (type == "decimal" || a->scale() == b->scale());
  }

  std::string folder_;
  std::map<std::string, std::unique_ptr<json::Document>> documents_;
};

TEST(FhirPathSuite, Official) {
  std::string folder = std::string(QIANXIAN_SOURCE_DIR) + "/../shared/conformance/fhirpath";
  std::string text = ReadAll(folder + "/tests-fhir-r4-part.xml");
  if (text.empty()) GTEST_SKIP() << "the FHIRPath suite is not beside the checkout";
  std::set<std::string> known;
  std::ifstream list(std::string(QIANXIAN_SOURCE_DIR) + "/src/fhirpath/suite_known_failures.txt");
  for (std::string line; std::getline(list, line);) {
    if (!line.empty() && line[0] != '#') known.insert(line.substr(0, line.find(' ')));
  }
  Suite suite(folder);
  auto root = tests::XmlReader(text).Read();
  size_t passed = 0;
  size_t total = 0;
  for (const auto& group : root->children) {
    for (const auto& test : group->children) {
      if (test->name != "test") continue;
      ++total;
      std::string name = test->Attribute("name");
      std::string problem = suite.Run(*test);
      passed += problem.empty() ? 1 : 0;
      if (!problem.empty() && known.count(name) == 0) {
        ADD_FAILURE() << name << ": " << test->Child("expression")->text << ": " << problem;
      }
      if (problem.empty() && known.count(name) > 0) {
        ADD_FAILURE() << name << " passes now: take it off suite_known_failures.txt";
      }
    }
  }
  std::cout << passed << " of " << total << " cases pass\n";
  EXPECT_GE(total, 633u);
}

}  // namespace
}  // namespace qianxian::fhirpath
