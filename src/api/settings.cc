#include "api/settings.h"

#include "json/value.h"
#include "json/writer.h"

namespace qianxian::api {
namespace {

constexpr std::string_view kType = "Basic";
constexpr std::string_view kId = "qianxian-settings";
constexpr std::string_view kBase = "https://fhir.qianxian.cn/StructureDefinition/";

}  // namespace

Result<Settings> ReadSettings(store::Store& store) {
  Settings settings;
  QX_TRY(auto snapshot, store.OpenSnapshot(access::SystemCaller("settings")));
  Result<store::Resource> found = snapshot->Read(kType, kId);
  if (!found.ok() && found.error().category == ErrorCategory::kNotFound) return settings;
  if (!found.ok()) return std::move(found).error();
  QX_TRY(json::Document document, json::Document::Parse(std::move(found->body)));
  std::optional<json::Value> extensions = document.root().Find("extension");
  if (!extensions) return settings;
  for (json::Value extension : extensions->Elements()) {
    std::string_view url = extension.FindString("url");
    if (url == std::string(kBase) + "county-name") settings.county_name = extension.FindString("valueString");
    std::optional<json::Value> flag = extension.Find("valueBoolean");
    if (url == std::string(kBase) + "demonstration" && flag && flag->IsBoolean()) settings.demonstration = flag->AsBoolean();
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

}  // namespace qianxian::api
