#include "intake/organization_services.h"

#include <algorithm>

#include "base/text.h"
#include "fhir/primitive.h"
#include "intake/ids.h"
#include "json/writer.h"

namespace qianxian::intake {
namespace {

constexpr std::string_view kServiceSystem = "https://fhir.qianxian.cn/CodeSystem/service";
constexpr size_t kCodeBytes = 64;

bool IsServiceCode(std::string_view text) {
  return text.size() <= kCodeBytes && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos &&
         text.front() != '-' && text.back() != '-';
}

}  // namespace

std::vector<std::string> ParseServices(std::string_view field, Faults& faults) {
  std::vector<std::string> services;
  const std::string one_separator = ReplaceAll(std::string(field), "；", ";");
  for (const std::string_view part : Split(one_separator, ';')) {
    std::string code = ToLowerAscii(TrimUnicode(part));
    if (code.empty()) continue;
    if (!IsServiceCode(code)) {
      faults.BadCode("services", TrimUnicode(part), "小写字母、数字和连字符组成的服务代码（如 chest-pain-centre），不超过 64 个字符，多个代码用分号隔开",
                     "a code of small letters, digits and hyphens (like chest-pain-centre) of at most 64 characters; semicolons stand between codes");
      continue;
    }
    services.push_back(std::move(code));
  }
  std::sort(services.begin(), services.end());
  services.erase(std::unique(services.begin(), services.end()), services.end());
  if (services.size() > kServiceCodes) {
    const std::string most = std::to_string(kServiceCodes);
    faults.BadCode("services", field, "不超过 " + most + " 个代码", "at most " + most + " codes");
  }
  return services;
}

std::string ServicesId(std::string_view organization_code) {
  std::string id = "services-" + std::string(organization_code);
  return fhir::IsValidId(id) ? id : "services-" + ShortHash(organization_code);
}

std::string ServicesJson(const OrganizationRow& row, const std::vector<std::string>& services) {
  json::Writer w;
  w.BeginObject().Member("resourceType", "HealthcareService").Member("id", ServicesId(row.code)).Member("active", !services.empty());
  w.Name("providedBy").BeginObject().Member("reference", "Organization/" + row.id).EndObject();
  if (!services.empty()) {
    w.Name("type").BeginArray();
    for (const std::string& code : services) {
      w.BeginObject().Name("coding").BeginArray().BeginObject().Member("system", kServiceSystem).Member("code", code);
      w.EndObject().EndArray().EndObject();
    }
    w.EndArray();
  }
  w.Member("name", row.name).EndObject();
  return w.Take();
}

}  // namespace qianxian::intake
