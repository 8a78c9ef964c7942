// What a FHIR package brings is used by $validate, $expand, searches and subscriptions, and no more once it is taken out.
#include <gtest/gtest.h>

#include "api/testing/world.h"
#include "base/files.h"
#include "bytes/compress.h"
#include "bytes/tar_for_tests.h"
#include "intake/import.h"
#include "intake/packages.h"

namespace qianxian::api {
namespace {

using bytes::TarMember;
using testing::World;

TEST(Package, IsUsedAndTakenOut) {
  World world;
  world.AddUser("li", "county-director");
  std::string set = R"({"resourceType":"ValueSet","id":"w","url":"http://example.cn/ValueSet/wards","status":"active","compose":{"include":[{"system":"http://example.cn/ward","concept":[{"code":"ICU"}]}]}})";
  std::string profile = R"({"resourceType":"StructureDefinition","id":"p","url":"http://example.cn/StructureDefinition/p","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient",
    "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint","snapshot":{"element":[{"id":"Patient","path":"Patient","min":0,"max":"*"},
    {"id":"Patient.birthDate","path":"Patient.birthDate","min":1,"max":"1","type":[{"code":"date"}]}]}})";
  std::string parameter = R"({"resourceType":"SearchParameter","id":"s","url":"http://example.cn/SearchParameter/s","name":"S","description":"S","status":"active","code":"ward","base":["Patient"],
    "type":"token","expression":"Patient.extension('urn:ward').value"})";
  std::string path = world.directory() + "/package.tgz";
  std::string tar = TarMember("package/package.json", R"({"name":"cn.example","version":"1.0.0","fhirVersions":["4.0.1"]})") +
                    TarMember("package/s.json", parameter) + TarMember("package/w.json", set) + TarMember("package/p.json", profile) + bytes::TarEnd();
  ASSERT_TRUE(WriteFileDurably(path, bytes::Gzip(tar)).ok());
  access::Caller admin;
  admin.user = "admin";
  admin.role = access::Role::kAdministrator;
  admin.whole_county = true;
  const std::string expand = "/fhir/ValueSet/$expand?url=http://example.cn/ValueSet/wards";
  const std::string validate = "/fhir/Patient/$validate?profile=http://example.cn/StructureDefinition/p";
  const std::string patient = R"({"resourceType":"Patient","active":true})";
  EXPECT_EQ(world.As("li", "GET", expand).status, 404);
  auto done = intake::Run(admin, world.intake_tools(), {.kind = intake::Kind::kPackage, .paths = {path}}, Cancel(), nullptr);
  ASSERT_TRUE(done.ok()) << Describe(done.error());
  testing::Answer expanded = world.As("li", "GET", expand + "|1.0.0");
  EXPECT_EQ(world.As("li", "GET", expand).At("expansion.contains.0.code"), "ICU") << expanded.body;
  EXPECT_NE(world.As("li", "POST", validate, patient).body.find("birthDate"), std::string::npos);
  ASSERT_EQ(world.As("li", "PUT", "/fhir/Patient/w", R"({"resourceType":"Patient","id":"w","extension":[{"url":"urn:ward","valueCode":"ICU"}]})").status, 201);
  ASSERT_TRUE(world.store().FinishIndexing(access::SystemCaller("test")).ok());
  EXPECT_EQ(world.As("li", "GET", "/fhir/Patient?ward=ICU").At("entry.0.resource.id"), "w");
  ASSERT_TRUE(intake::RemovePackage(admin, world.store(), "cn.example", "1.0.0").ok());
  EXPECT_EQ(world.As("li", "GET", expand).status, 404);
  EXPECT_EQ(world.As("li", "GET", "/fhir/Patient?ward=ICU").status, 400);
  EXPECT_EQ(world.As("li", "POST", validate, patient).body.find("birthDate"), std::string::npos);
}

}  // namespace
}  // namespace qianxian::api
