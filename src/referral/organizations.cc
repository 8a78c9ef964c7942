#include "referral/organizations.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "json/value.h"

namespace qianxian::referral {
namespace {

constexpr std::string_view kCodeSystem = "https://fhir.qianxian.cn/organization-code";
constexpr std::string_view kRegion = "https://fhir.qianxian.cn/StructureDefinition/region";
constexpr std::string_view kGeolocation = "http://hl7.org/fhir/StructureDefinition/geolocation";
constexpr size_t kScan = 1000;
constexpr double kRadians = 3.14159265358979323846 / 180, kEarthKilometres = 6371;

std::string LevelOf(std::string_view kind) {
  if (kind.starts_with("county")) return "county";
  if (kind == "community" || kind == "township") return "township";
  if (kind == "village" || kind == "city" || kind == "province") return std::string(kind);
  return {};
}

// Of the first address that has one.
std::optional<Position> AddressPosition(json::Value organization) {
  for (json::Value address : organization.Find("address").value_or(json::Value()).Elements())
    for (json::Value extension : address.Find("extension").value_or(json::Value()).Elements()) {
      if (extension.FindString("url") != kGeolocation) continue;
      if (const std::optional<Position> position = PositionIn(extension)) return position;
    }
  return std::nullopt;
}

std::optional<double> NumberOf(json::Value value) {
  if (!value.IsNumber()) return std::nullopt;
  return std::strtod(std::string(value.NumberText()).c_str(), nullptr);
}

bool SameDigits(const std::string& one, const std::string& other, size_t digits) {
  return one.size() >= digits && other.size() >= digits && one.compare(0, digits, other, 0, digits) == 0;
}

}  // namespace

std::optional<Position> PositionIn(json::Value value) {
  std::optional<double> latitude, longitude;
  for (const auto& [name, part] : value.Members()) {
    if (name == "latitude") latitude = NumberOf(part);
    if (name == "longitude") longitude = NumberOf(part);
  }
  for (json::Value part : value.Find("extension").value_or(json::Value()).Elements()) {
    const json::Value number = part.Find("valueDecimal").value_or(json::Value());
    if (part.FindString("url") == "latitude") latitude = NumberOf(number);
    if (part.FindString("url") == "longitude") longitude = NumberOf(number);
  }
  if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180) return std::nullopt;
  return Position{*latitude, *longitude};
}

double KilometresBetween(const Position& one, const Position& other) {
  const double north = std::sin((one.latitude - other.latitude) * kRadians / 2), east = std::sin((one.longitude - other.longitude) * kRadians / 2);
  const double h = north * north + std::cos(one.latitude * kRadians) * std::cos(other.latitude * kRadians) * east * east;
  return 2 * kEarthKilometres * std::asin(std::sqrt(std::min(1.0, h)));
}

std::string_view Institutions::RelationOf(const Institution& one, const Institution& other) const {
  const std::vector<const Institution*> above = Above(one.code), above_other = Above(other.code);
  const auto has = [](const std::vector<const Institution*>& chain, const Institution* wanted) { return std::find(chain.begin(), chain.end(), wanted) != chain.end(); };
  if (has(above, &other) || has(above_other, &one)) return "lead";
  if (!one.parent.empty() && one.parent == other.parent) return "beside";
  // By who leads both, or by the place where they are.
  std::string_view common;
  for (const Institution* leader : above)
    if (common.empty() && has(above_other, leader)) common = leader->level;
  if (SameDigits(one.region, other.region, 6) || common == "county" || common == "township") return "county";
  if (SameDigits(one.region, other.region, 4) || common == "city") return "city";
  if (SameDigits(one.region, other.region, 2) || common == "province") return "province";
  return "far";
}

Result<Institutions> Institutions::Read(store::Snapshot& snapshot) {
  Institutions found;
  std::map<std::string, std::string> code_of_id, parent_id;
  std::string after;
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot.Scan("Organization", after, kScan));
    for (const store::Resource& resource : page) {
      after = resource.id;
      const Result<json::Document> document = json::Document::Parse(resource.body);
      if (!document.ok()) continue;
      const json::Value root = document->root();
      Institution one{resource.id, resource.id, std::string(root.FindString("name")), "", "", "", AddressPosition(root)};
      for (json::Value extension : root.Find("extension").value_or(json::Value()).Elements())
        if (extension.FindString("url") == kRegion) one.region = extension.FindString("valueString");
      for (json::Value identifier : root.Find("identifier").value_or(json::Value()).Elements())
        if (identifier.FindString("system") == kCodeSystem) one.code = identifier.FindString("value");
      for (json::Value type : root.Find("type").value_or(json::Value()).Elements())
        for (json::Value coding : type.Find("coding").value_or(json::Value()).Elements())
          if (one.level.empty()) one.level = LevelOf(coding.FindString("code"));
      std::string_view up = root.Find("partOf").value_or(json::Value()).FindString("reference");
      if (up.starts_with("Organization/")) parent_id[one.code] = up.substr(13);
      code_of_id[one.id] = one.code;
      found.all_.emplace(one.code, std::move(one));
    }
    if (page.size() < kScan) break;
  }
  for (auto& [code, one] : found.all_) {
    const auto id = parent_id.find(code);
    const auto parent = id == parent_id.end() ? code_of_id.end() : code_of_id.find(id->second);
    if (parent != code_of_id.end()) one.parent = parent->second;
  }
  return found;
}

const Institution* Institutions::Find(std::string_view code) const {
  const auto found = all_.find(code);
  return found == all_.end() ? nullptr : &found->second;
}

std::vector<const Institution*> Institutions::Above(std::string_view code) const {
  std::vector<const Institution*> chain;
  const Institution* at = Find(code);
  while (at && !at->parent.empty()) {
    at = Find(at->parent);
    if (!at || at->code == code || std::find(chain.begin(), chain.end(), at) != chain.end()) break;   // a circle leads nowhere
    chain.push_back(at);
  }
  return chain;
}

}  // namespace qianxian::referral
