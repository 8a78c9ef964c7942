// FHIR packages: what is taken, kept apart, listed and taken out again.
#include "intake/packages.h"

#include "base/limits_exchange.h"
#include "bytes/compress.h"
#include "bytes/tar_for_tests.h"
#include "intake/import_test_tools.h"
#include "intake/package_file.h"

namespace qianxian::intake {
namespace {

using bytes::TarEnd;
using bytes::TarMember;

std::string Manifest(const std::string& version, const std::string& more = R"(,"fhirVersions":["4.0.1"])") {
  return TarMember("package/package.json", R"({"name":"cn.example.county","version":")" + version + R"(","title":"County profiles")" + more + "}");
}
std::string ValueSet(const std::string& code) {
  return TarMember("package/ValueSet-wards.json", R"({"resourceType":"ValueSet","id":"wards","meta":{"versionId":"9","profile":["http://p"]},"url":"http://example.cn/ValueSet/wards","status":"active","compose":{"include":[{"system":"http://example.cn/ward","concept":[{"code":")" + code + R"("}]}]}})");
}
const std::string kProfile = TarMember("package/StructureDefinition-p.json", R"({"resourceType":"StructureDefinition","id":"p","url":"http://example.cn/StructureDefinition/p","version":"7","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient"})");

class PackagesTest : public ImportTest {
 protected:
  Result<Summary> ImportPackage(const std::string& tar) {
    Request request;
    request.kind = Kind::kPackage;
    request.paths = {Write("package.tgz", bytes::Gzip(tar, 1))};
    return ImportTest::Import(request, Administrator());
  }
  std::vector<std::string> Bodies(const std::string& type) {
    std::vector<std::string> bodies;
    auto page = store_->OpenSnapshot(access::SystemCaller("test")).value()->Scan(type, "", 100).value();
    for (const store::Resource& resource : page) bodies.push_back(resource.body);
    return bodies;
  }
};

TEST_F(PackagesTest, KnowledgeIsTakenAndVersionsStandBesideEachOther) {
  auto first = ImportPackage(Manifest("1.0.0") + ValueSet("A") + kProfile + TarMember("package/.index.json", "{}") +
                             TarMember("package/Patient-x.json", R"({"resourceType":"Patient","id":"x"})") +
                             TarMember("package/example/ValueSet-e.json", R"({"resourceType":"ValueSet","id":"e","url":"http://e"})") + TarEnd());
  ASSERT_TRUE(first.ok()) << Describe(first.error());
  ExpectCounts(*first, 2, 0, 0, 0);
  ASSERT_EQ(Bodies("ValueSet").size(), 1u);
  const std::string body = Bodies("ValueSet")[0];
  EXPECT_NE(body.find(R"("version":"1.0.0")"), std::string::npos) << "it says none of its own: " << body;
  EXPECT_NE(body.find(R"("code":"cn.example.county#1.0.0")"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("profile":["http://p"])"), std::string::npos) << body;
  EXPECT_NE(Bodies("StructureDefinition")[0].find(R"("version":"7")"), std::string::npos);
  EXPECT_TRUE(Bodies("Patient").empty());
  bool said = false;
  for (const std::string& note : first->notes_en) said = said || note == "examples and other resources were left out: Patient 1";
  EXPECT_TRUE(said);
  ExpectCounts(*ImportPackage(Manifest("1.0.0") + ValueSet("A") + kProfile + TarEnd()), 0, 2, 0, 0);
  ExpectCounts(*ImportPackage(Manifest("2.0.0") + ValueSet("B") + TarEnd()), 1, 0, 0, 0);
  EXPECT_EQ(Bodies("ValueSet").size(), 2u);
  // The same version again with less in it: what it has no more goes.
  ExpectCounts(*ImportPackage(Manifest("1.0.0") + ValueSet("C") + TarEnd()), 0, 0, 1, 0);
  EXPECT_TRUE(Bodies("StructureDefinition").empty());
}

TEST_F(PackagesTest, AreListedAndRemovedWhole) {
  ASSERT_TRUE(ImportPackage(Manifest("1.0.0") + ValueSet("A") + kProfile + TarEnd()).ok());
  ASSERT_TRUE(ImportPackage(Manifest("2.0.0") + ValueSet("B") + TarEnd()).ok());
  auto packages = ListPackages(*store_);
  ASSERT_TRUE(packages.ok());
  ASSERT_EQ(packages->size(), 2u);
  EXPECT_EQ((*packages)[0].version, "1.0.0");
  EXPECT_EQ((*packages)[0].title, "County profiles");
  EXPECT_EQ((*packages)[0].resources.size(), 2u);
  access::Caller viewer;
  viewer.role = access::Role::kViewer;
  EXPECT_EQ(RemovePackage(viewer, *store_, "cn.example.county", "1.0.0").error().category, ErrorCategory::kForbidden);
  EXPECT_EQ(*RemovePackage(Administrator(), *store_, "cn.example.county", "1.0.0"), 2u);
  EXPECT_EQ(RemovePackage(Administrator(), *store_, "cn.example.county", "1.0.0").error().code, "no-such-package");
  EXPECT_EQ(Bodies("ValueSet").size(), 1u) << "the other version stays";
  EXPECT_EQ(ListPackages(*store_)->size(), 1u);
}

TEST_F(PackagesTest, FaultyFilesAreRefusedOneByOne) {
  auto summary = ImportPackage(Manifest("1.0.0") + ValueSet("A") + TarMember("package/bad.json", "{") + TarMember("package/other.json", R"({"a":1})") +
                               TarMember("package/no-url.json", R"({"resourceType":"ValueSet","id":"n"})") + ValueSet("twice") + TarEnd());
  ASSERT_TRUE(summary.ok()) << Describe(summary.error());
  ExpectCounts(*summary, 1, 0, 0, 4);
  EXPECT_EQ(CodesOf(*summary), (std::vector<std::string>{"0::bad-json", "0::no-resource", "0::no-url", "0::duplicate"}));
}

TEST_F(PackagesTest, RefusesWhatIsNoPackageOfR4) {
  auto code = [&](const std::string& tar) { return ImportPackage(tar).error().code; };
  EXPECT_EQ(code(ValueSet("A") + TarEnd()), "bad-package");
  EXPECT_EQ(code(TarMember("package/package.json", "[]") + TarEnd()), "bad-package");
  EXPECT_EQ(code(TarMember("package/package.json", R"({"name":"x"})") + TarEnd()), "bad-package");
  EXPECT_EQ(code(Manifest("1", R"(,"fhirVersions":["5.0.0"])") + TarEnd()), "wrong-fhir-version");
  EXPECT_EQ(code(Manifest("1") + TarMember("package/../../../etc/x.json", "{}") + TarEnd()), "unsafe-path");
  EXPECT_EQ(code("no archive at all"), "bad-archive");
  EXPECT_TRUE(ListPackages(*store_)->empty());
}

TEST_F(PackagesTest, BoundsHoldAgainstBombs) {
  auto code = [&](const std::string& tar) { return ImportPackage(tar).error().code; };
  EXPECT_EQ(code(Manifest("1") + TarMember("package/a.json", std::string(limits::kPackageFileBytes + 1, ' ')) + TarEnd()), "too-large");
  // A member that says it is larger than the whole may be, and zeros that pack a thousandfold.
  EXPECT_EQ(code(Manifest("1") + TarMember("package/other.bin", "", '0', "07777777777") + TarEnd()), "too-large");
  static_assert(limits::kPackageBytes < 07777777777);
  std::string many = Manifest("1");
  std::string padding(limits::kPackageFileBytes - 200, ' ');
  for (size_t i = 0; i * limits::kPackageFileBytes <= limits::kPackageKeptBytes; ++i) {
    many += TarMember("package/v" + std::to_string(i) + ".json", R"({"resourceType":"ValueSet","id":"v)" + std::to_string(i) + R"(","url":"http://v"})" + padding);
  }
  EXPECT_EQ(code(many + TarEnd()), "too-large");
  many = Manifest("1");
  for (size_t i = 0; i <= limits::kPackageResources; ++i) {
    std::string n = std::to_string(i);
    many += TarMember("package/v" + n + ".json", R"({"resourceType":"ValueSet","id":"v)" + n + R"(","url":"http://v"})");
  }
  EXPECT_EQ(code(many + TarEnd()), "too-large");
}

TEST_F(PackagesTest, TheirNumberIsBounded) {
  store::CommitRequest request{.reason = "test"};
  for (size_t i = 0; i < limits::kPackages; ++i) {
    request.changes.push_back({.type = "QianxianPackage", .id = "p" + std::to_string(i), .body = R"({"resourceType":"QianxianPackage","name":"n","version":"1"})"});
  }
  ASSERT_TRUE(store_->Commit(access::SystemCaller("test"), std::move(request)).ok());
  EXPECT_EQ(ImportPackage(Manifest("1") + ValueSet("A") + TarEnd()).error().code, "too-many-packages");
}

}  // namespace
}  // namespace qianxian::intake
