// A county with rules of referral: a hospital that leads two townships, a clinician in each, a patient of the first township.
#pragma once

#include <string>

#include "api/testing/world.h"
#include "base/files.h"

namespace qianxian::api::testing {

inline constexpr char kRules[] = R"(id: pressure
name: {zh: 高血压, en: Hypertension}
conditions: [I10]
sources: [{title: {zh: 测试, en: Test}, reference: "", mark: K}]
up:
  - {id: high, urgency: urgent, to: county, mark: K, text: {zh: 血压很高, en: Very high}}
down:
  - {id: stable, from: county, to: township, mark: K, text: {zh: 稳定, en: Stable}}
)";

struct CountyWithReferrals : World {
  CountyWithReferrals() {
    const std::string settings = std::string(QIANXIAN_SOURCE_DIR) + "/packs/referral-core/referral-settings.yaml";
    referral_rules = pack::MergeReferralRules({pack::ParseReferralFiles({{"referral/pressure.yaml", kRules}, {"referral-settings.yaml", ReadFile(settings).value()}}).value()}).value();
    Restart();
    PutKind("H1", "county-general", "");
    PutKind("T1", "township", "H1");
    PutKind("T2", "township", "H1");
    AddUser("li", "clinician", {"T1"});
    AddUser("zhao", "clinician", {"H1"});
    AddUser("other", "clinician", {"T2"});
    Put("Patient", "p1", R"({"resourceType":"Patient","id":"p1","name":[{"text":"王建国"}],"gender":"male","birthDate":"1960-05-01"})", "T1");
    Put("Condition", "c1", R"({"resourceType":"Condition","id":"c1","code":{"coding":[{"code":"I10.x00"}]},"subject":{"reference":"Patient/p1"}})", "T1");
  }
  void PutKind(const std::string& code, const std::string& kind, const std::string& above) {
    Put("Organization", code,
        R"({"resourceType":"Organization","id":")" + code + R"(","identifier":[{"system":"https://fhir.qianxian.cn/organization-code","value":")" + code +
            R"("}],"name":")" + code + R"(","type":[{"coding":[{"system":"https://fhir.qianxian.cn/CodeSystem/organization-kind","code":")" + kind + R"("}]}])" +
            (above.empty() ? "" : R"(,"partOf":{"reference":"Organization/)" + above + R"("})") + "}");
  }
};

}  // namespace qianxian::api::testing
