#include "simulation/life.h"

#include <array>

#include "json/value.h"

namespace qianxian::simulation {
namespace {

constexpr uint64_t kPeople = 9;
constexpr uint64_t kPages = 40;            // different first pages of a hospital

template <size_t N>
const char* Pick(Random& random, const char* const (&from)[N]) { return from[random.NextBelow(N)]; }

store::Change Put(const std::string& type, const std::string& id, std::string body, const std::string& owner) {
  store::Change change;
  change.type = type, change.id = id, change.body = std::move(body), change.owner = owner;
  return change;
}

std::string Organization(const std::string& code, const std::string& kind, const std::string& above) {
  std::string body = R"({"resourceType":"Organization","id":")" + code + R"(","identifier":[{"system":"https://fhir.qianxian.cn/organization-code","value":")";
  body += code + R"("}],"name":")" + code + R"(","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/region","valueString":"990201"}],)";
  body += R"("type":[{"coding":[{"system":"https://fhir.qianxian.cn/CodeSystem/organization-kind","code":")" + kind + R"("}]}])";
  if (!above.empty()) body += R"(,"partOf":{"reference":"Organization/)" + above + R"("})";
  return body + "}";
}

std::string OwnerOf(const std::string& person) { return person.back() % 2 == 0 ? "V1" : "T1"; }

store::Change Patient(Random& random, const std::string& id) {
  std::string body = R"({"resourceType":"Patient","birthDate":"19)" + std::to_string(40 + random.NextBelow(60)) + R"(-05-01","gender":"male","name":[{"text":"n)";
  body += std::to_string(random.NextBelow(1000)) + "\"}]";
  if (random.NextBelow(12) == 0) body += R"(,"deceasedBoolean":true)";
  return Put("Patient", id, body + "}", OwnerOf(id));
}

store::Change Condition(Random& random, const std::string& id, const std::string& person) {
  static constexpr const char* kCodes[] = {"I10.x00", "I10.x00", "E11.900", "R91.x00", "O10.0", "J18.900"};
  return Put("Condition", id, R"({"resourceType":"Condition","subject":{"reference":"Patient/)" + person + R"("},"code":{"coding":[{"code":")" + Pick(random, kCodes) + R"("}]}})",
             OwnerOf(person));
}

store::Change Reading(Random& random, const std::string& id, const std::string& person, Instant now) {
  const std::string value = std::to_string(90 + random.NextBelow(110)), when = FormatInstant(now);
  std::string body = R"({"resourceType":"Observation","status":"final","subject":{"reference":"Patient/)" + person + R"("},"effectiveDateTime":")" + when + "\",";
  switch (random.NextBelow(3)) {
    case 0: body += R"("code":{"coding":[{"code":"2160-0"}]})"; break;
    case 1: body += R"("code":{"coding":[{"code":"8480-6"}]})"; break;
    default: body += R"("code":{"coding":[{"code":"85354-9"}]},"component":[{"code":{"coding":[{"code":"8480-6"}]},"valueQuantity":{"value":)" + value + "}}]"; break;
  }
  return Put("Observation", id, body + "}", OwnerOf(person));
}

store::Change FirstPage(Random& random, const std::string& hospital, uint64_t number) {
  static constexpr const char* kWays[] = {"1", "1", "2", "3", "5"};
  const std::string id = "fp-" + hospital + "-" + std::to_string(number), base = "https://fhir.qianxian.cn/";
  std::string body = R"({"resourceType":"Encounter","identifier":[{"system":")" + base + R"(first-page","value":")" + hospital + "|" + std::to_string(number) + R"(|1"}],"status":"finished",)";
  body += R"("class":{"code":"IMP"},"subject":{"reference":"Patient/p)" + std::to_string(random.NextBelow(kPeople)) + R"("},"serviceProvider":{"reference":"Organization/)" + hospital + "\"},";
  body += R"("period":{"start":"2025-03-01","end":"2025-0)" + std::to_string(3 + random.NextBelow(6)) + R"(-20T10:00:00+08:00"},"length":{"value":)" + std::to_string(1 + random.NextBelow(30));
  body += R"(,"unit":"d"},"hospitalization":{"dischargeDisposition":{"coding":[{"system":")" + base + R"(CodeSystem/rc019","code":")" + Pick(random, kWays) + "\"}]}}}";
  return Put("Encounter", id, body, hospital);
}

// What an id stands for at present decides whether the version that a program saw is the right one.
void MaybeGuard(const Model& model, Random& random, store::Change& change) {
  const Version* living = model.Living({change.type, change.id});
  switch (random.NextBelow(6)) {
    case 0: change.if_version = living != nullptr ? living->version : 0; break;
    case 1: change.skip_if_equal = true; break;
    case 2:
      if (random.NextBelow(3) == 0) change.if_version = random.NextBelow(4);
      break;
    case 3: change.keep_owner = true; break;
    default: break;
  }
}

store::Change OneChange(const Model& model, Random& random, Instant now, uint64_t number) {
  static constexpr const char* kHospitals[] = {"H1", "H1", "T1"};
  const std::string person = "p" + std::to_string(random.NextBelow(kPeople)), some = std::to_string(random.NextBelow(4));
  store::Change change;
  switch (random.NextBelow(10)) {
    case 0: case 1: change = Patient(random, person); break;
    case 2: case 3: change = Condition(random, "c-" + person + "-" + some, person); break;
    case 4: case 5: change = Reading(random, random.NextBelow(2) == 0 ? "o-" + person + "-" + some : "o-" + std::to_string(number), person, now); break;
    default: change = FirstPage(random, Pick(random, kHospitals), random.NextBelow(kPages)); break;
  }
  MaybeGuard(model, random, change);
  if (change.type != "Patient" && random.NextBelow(5) == 0) {
    // Sent again as it is, or taken away.
    const Version* living = model.Living({change.type, change.id});
    if (living != nullptr && random.NextBelow(2) == 0) {
      change.body = living->body;
      change.owner = living->owner;
    } else {
      change.kind = store::Change::Kind::kDelete;
      change.body.clear();
      change.skip_if_equal = false;
    }
  }
  return change;
}

}  // namespace

store::CommitRequest Places() {
  store::CommitRequest request;
  request.reason = "simulation";
  request.changes = {Put("Organization", "H1", Organization("H1", "county-general", ""), "H1"), Put("Organization", "T1", Organization("T1", "township", "H1"), "T1"),
                     Put("Organization", "V1", Organization("V1", "village", "T1"), "V1")};
  return request;
}

store::CommitRequest SomeChanges(const Model& model, Random& random, Instant now, uint64_t number) {
  store::CommitRequest request;
  request.reason = "simulation";
  const uint64_t count = 1 + random.NextBelow(random.NextBelow(4) == 0 ? 12 : 3);
  for (uint64_t i = 0; i < count; ++i) request.changes.push_back(OneChange(model, random, now, number * 100 + i));
  return request;
}

store::CommitRequest AnImport(Random& random, uint64_t number) {
  store::CommitRequest request;
  request.reason = "import:simulation";
  const uint64_t count = 40 + random.NextBelow(160);
  for (uint64_t i = 0; i < count; ++i) {
    request.changes.push_back(FirstPage(random, random.NextBelow(3) == 0 ? "T1" : "H1", 1000 + number * 200 + i));
    request.changes.back().skip_if_equal = true;
  }
  return request;
}

store::CommitRequest ASearchParameter(Random& random) {
  static constexpr const char* kExpressions[] = {"Encounter.length.value", "Encounter.hospitalization.dischargeDisposition.coding.code"};
  const uint64_t which = random.NextBelow(2);
  const std::string code = which == 0 ? "stay" : "leaving", type = which == 0 ? "number" : "string";
  store::CommitRequest request;
  request.reason = "simulation";
  std::string body = R"({"resourceType":"SearchParameter","id":")" + code + R"(","url":"https://fhir.qianxian.cn/SearchParameter/)" + code + R"(","name":")" + code + R"(","status":")";
  body += random.NextBelow(3) == 0 ? "retired" : "active";
  body += R"(","description":"x","code":")" + code + R"(","base":["Encounter"],"type":")" + type + R"(","expression":")" + kExpressions[which] + "\"}";
  request.changes.push_back(Put("SearchParameter", code, body, ""));
  return request;
}

std::vector<Discharge> DischargesOf(const Model& model) {
  std::vector<Discharge> discharges;
  for (const auto& [key, versions] : model.resources()) {
    if (key.first != "Encounter" || key.second.substr(0, 3) != "fp-" || versions.back().deleted) continue;
    const auto document = json::Document::Parse(versions.back().body);
    if (!document.ok()) continue;
    const json::Value root = document->root();
    const json::Value way = root.Find("hospitalization")->Find("dischargeDisposition")->Find("coding")->At(0);
    const std::string organization = key.second.substr(3, key.second.find('-', 3) - 3);
    discharges.push_back({organization, std::string(way.FindString("code")), *root.Find("length")->Find("value")->AsInteger()});
  }
  return discharges;
}

}  // namespace qianxian::simulation
