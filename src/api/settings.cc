#include "api/settings.h"

#include <algorithm>

#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kType = "Basic";
constexpr std::string_view kId = "qianxian-settings";
constexpr std::string_view kBase = "https://fhir.qianxian.cn/StructureDefinition/";

// In the record: names with commas between them; "none" for nobody.
constexpr std::string_view kNobody = "none";

Result<std::vector<access::Role>> ParseRoles(std::string_view names) {
  std::vector<access::Role> roles;
  if (names == kNobody) return roles;
  for (std::string_view name : Split(names, ',')) {
    QX_TRY(const access::Role role, access::ParseRole(name));
    roles.push_back(role);
  }
  return roles;
}

std::string RolesText(const std::vector<access::Role>& roles) {
  std::vector<std::string> names;
  for (access::Role role : roles) names.emplace_back(access::Name(role));
  return names.empty() ? std::string(kNobody) : Join(names, ",");
}

}  // namespace

Result<Settings> ReadSettings(store::Store& store) {
  Settings settings;
  QX_TRY(auto snapshot, store.OpenSnapshot(access::SystemCaller("settings")));
  Result<store::Resource> found = snapshot->Read(kType, kId);
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) return settings;
  if (!found.ok()) return std::move(found).error();
  settings.version = found->version;
  QX_TRY(json::Document document, json::Document::Parse(std::move(found->body)));
  std::optional<json::Value> extensions = document.root().Find("extension");
  if (!extensions) return settings;
  for (json::Value extension : extensions->Elements()) {
    std::string_view url = extension.FindString("url");
    if (url == std::string(kBase) + "county-name") settings.county_name = extension.FindString("valueString");
    std::optional<json::Value> flag = extension.Find("valueBoolean");
    if (url == std::string(kBase) + "demonstration" && flag && flag->IsBoolean()) settings.demonstration = flag->AsBoolean();
    if (url == std::string(kBase) + "second-factor-roles") {
      QX_TRY(settings.second_factor_roles, ParseRoles(extension.FindString("valueString")));
    }
  }
  return settings;
}

store::Change SettingsChange(const Settings& settings) {
  json::Writer writer;
  writer.BeginObject().Member("resourceType", kType).Member("id", kId).Name("extension").BeginArray();
  if (!settings.county_name.empty()) {
    writer.BeginObject().Member("url", std::string(kBase) + "county-name").Member("valueString", settings.county_name).EndObject();
  }
  writer.BeginObject().Member("url", std::string(kBase) + "demonstration").Member("valueBoolean", settings.demonstration).EndObject();
  if (settings.second_factor_roles) {
    writer.BeginObject().Member("url", std::string(kBase) + "second-factor-roles");
    writer.Member("valueString", RolesText(*settings.second_factor_roles)).EndObject();
  }
  writer.EndArray().Name("code").BeginObject().Name("coding").BeginArray().BeginObject();
  writer.Member("system", "https://fhir.qianxian.cn/CodeSystem/setting").Member("code", "data-folder").EndObject().EndArray();
  writer.EndObject().EndObject();
  store::Change change;
  change.type = kType;
  change.id = kId;
  change.body = writer.Take();
  change.skip_if_equal = true;
  return change;
}

std::vector<access::Role> SecondFactorRoles(const Settings& settings) {
  if (settings.second_factor_roles) return *settings.second_factor_roles;
  if (settings.demonstration) return {};
  return {access::Role::kAdministrator,   access::Role::kDirector, access::Role::kInsurance,
          access::Role::kHospitalManager, access::Role::kSecurity, access::Role::kAuditor};
}

Result<bool> NeedsSecondFactor(store::Store& store, access::Role role) {
  QX_TRY(const Settings settings, ReadSettings(store));
  const std::vector<access::Role> roles = SecondFactorRoles(settings);
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

Status SaveSecondFactorRoles(store::Store& store, const access::Caller& caller, const std::optional<std::vector<access::Role>>& roles) {
  QX_DO(access::Decide(caller, access::Verb::kManage, "account", ""));
  QX_TRY(Settings settings, ReadSettings(store));
  settings.second_factor_roles = roles;
  if (settings.second_factor_roles) {
    std::vector<access::Role>& wanted = *settings.second_factor_roles;
    if (std::find(wanted.begin(), wanted.end(), access::Role::kSystem) != wanted.end()) {
      return Invalid("unknown-role", "the program's own role is for no person", "系统角色不能授予个人");
    }
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  }
  store::CommitRequest request;
  request.changes.push_back(SettingsChange(settings));
  request.changes.back().if_version = settings.version;
  request.reason = "settings";
  access::Caller by = access::SystemCaller("settings");   // of a kept record; the audit says whose work it was
  by.user = caller.user;
  by.origin = caller.origin;
  QX_DO(store.Commit(by, std::move(request)));
  return Ok();
}

}  // namespace qianxian::api
