// Who is suggested to receive a patient: who can do it, how it stands to the sender, how far it is, how much it has to do.
#include <algorithm>

#include "referral/organizations.h"
#include "referral/referral.h"
#include "referral/world_for_tests.h"

namespace qianxian::referral {
namespace {

using testing::At;
using testing::R4;
using Words = std::vector<std::string>;

class ReceiversTest : public testing::World {
 protected:
  void SetUp() override {
    World::SetUp();
    referrals_ = std::make_unique<Referrals>(*store_, R4(), rules_, clock_);
  }
  // more: members of the Organization.
  void At6(const std::string& code, const std::string& kind, const std::string& region, const std::string& parent = "", const std::string& more = "") {
    Put("Organization", code, R"({"resourceType":"Organization","name":")" + code + R"(","extension":[{"url":"https://fhir.qianxian.cn/StructureDefinition/region","valueString":")" + region +
        R"("}],"type":[{"coding":[{"code":")" + kind + R"("}]}])" + (parent.empty() ? "" : R"(,"partOf":{"reference":"Organization/)" + parent + "\"}") + more + "}", code);
  }
  void Place(const std::string& code, const std::string& latitude, const std::string& longitude) {
    Put("Location", "l" + code, R"({"resourceType":"Location","managingOrganization":{"reference":"Organization/)" + code + R"("},"position":{"latitude":)" + latitude +
        R"(,"longitude":)" + longitude + "}}", code);
  }
  void Offers(const std::string& code, const std::string& service) {
    Put("HealthcareService", "s" + code, R"({"resourceType":"HealthcareService","providedBy":{"reference":"Organization/)" + code + R"("},"type":[{"coding":[{"code":")" + service + "\"}]}]}", code);
  }
  // An open referral that the hospital has to answer.
  void Load(const std::string& hospital, int referrals) {
    Put("Patient", "p", R"({"resourceType":"Patient","id":"p"})", "T1");
    for (int i = 0; i < referrals; ++i) {
      NewReferral wanted;
      wanted.client_key = hospital + std::to_string(i), wanted.patient = "p", wanted.direction = "up", wanted.urgency = "emergency", wanted.criterion = "general/danger";
      wanted.receiver = hospital;
      ASSERT_TRUE(referrals_->Create(At("T1"), wanted).ok());
    }
  }
  std::vector<Receiver> Of(const std::string& from, const std::string& direction, const std::string& service = "") {
    return referrals_->Receivers(At(from), direction, service, from).value();
  }
  Words Order(const std::string& from, const std::string& direction, const std::string& service = "") {
    Words order;
    for (const Receiver& one : Of(from, direction, service)) order.push_back(one.organization);
    return order;
  }

  std::unique_ptr<Referrals> referrals_;
};

TEST_F(ReceiversTest, LeadSameCountySameCityElse) {
  At6("T1", "township", "330127101", "H1");
  At6("H1", "county-general", "330127");
  At6("H2", "county-tcm", "330127");
  At6("F1", "county-general", "110101");
  At6("C9", "county-general", "330190");
  At6("P9", "county-general", "331002");
  EXPECT_EQ(Order("T1", "up"), (Words{"H1", "H2", "C9", "P9", "F1"}));
  Words distances;
  for (const Receiver& one : Of("T1", "up")) distances.push_back(one.distance);
  EXPECT_EQ(distances, (Words{"lead", "county", "city", "province", "far"}));
  At6("T2", "township", "330127102", "H1"), At6("T3", "township", "330127103", "H2");
  EXPECT_EQ(Order("T1", "lateral"), (Words{"T2", "T3"}));
  EXPECT_EQ(Of("T1", "lateral")[0].distance, "beside");
  EXPECT_EQ(Of("T1", "lateral")[1].distance, "county");
}

TEST_F(ReceiversTest, WhereNothingIsSaidOfThePlaceTheLeadersSayIt) {
  Organization("C1", "city", "");
  Organization("K1", "county-general", "C1"), Organization("K2", "county-general", "C1");
  Organization("N1", "township", "K1"), Organization("N2", "township", "K2");
  EXPECT_EQ(Of("N1", "up")[0].distance, "lead");
  const std::vector<Receiver> across = Of("N1", "lateral");
  const auto n2 = std::find_if(across.begin(), across.end(), [](const Receiver& one) { return one.organization == "N2"; });
  ASSERT_NE(n2, across.end());
  EXPECT_EQ(n2->distance, "city") << "two counties of one city";
  EXPECT_EQ(across.front().organization, "N2");
}

TEST_F(ReceiversTest, NearIsBetterWhereBothSayWhereTheyAre) {
  At6("T1", "township", "330127101");
  At6("H1", "county-general", "330127"), At6("H2", "county-tcm", "330127"), At6("H3", "county-general", "330127");
  Place("T1", "30.00", "119.00");
  Place("H1", "30.30", "119.00");                              // 33 km
  Place("H2", "30.05", "119.00");                              // 6 km
  EXPECT_EQ(Order("T1", "up"), (Words{"H2", "H1", "H3"})) << "who does not say where it is stands with the farthest";
  const std::vector<Receiver> all = Of("T1", "up");
  EXPECT_NEAR(*all[0].kilometres, 5.56, 0.05);
  EXPECT_NEAR(*all[1].kilometres, 33.4, 0.2);
  EXPECT_FALSE(all[2].kilometres);
  EXPECT_TRUE(all[0].suggested);
  EXPECT_EQ(all[0].why.zh, "同县；约 6 公里；待办 0 件");
  EXPECT_EQ(all[0].why.en, "in the same county; about 6 km; 0 open");
  Load("H2", 13);
  EXPECT_EQ(Order("T1", "up")[0], "H2") << "6 km and 13 open weigh 32";
  Load("H2", 14);
  EXPECT_EQ(Order("T1", "up")[0], "H1") << "34 is more than 33";
}

TEST_F(ReceiversTest, AnAddressMaySayItToo) {
  const std::string geolocation = R"(,"address":[{"text":"x"},{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/geolocation","extension":[{"url":"latitude","valueDecimal":30.1},)"
                                  R"({"url":"longitude","valueDecimal":119.0}]}]}])";
  At6("T1", "township", "330127101"), At6("H1", "county-general", "330127"), At6("H2", "county-tcm", "330127", "", geolocation);
  Place("T1", "30.0", "119.0"), Place("H1", "95.0", "119.0");
  const std::vector<Receiver> all = Of("T1", "up");
  for (const Receiver& one : all) EXPECT_EQ(one.kilometres.has_value(), one.organization == "H2") << one.organization << ": no such latitude";
}

TEST_F(ReceiversTest, WhatItCanDoComesBeforeHowFarItIs) {
  At6("T1", "township", "330127101", "H1"), At6("H1", "county-general", "330127"), At6("F1", "county-general", "110101");
  for (int i = 0; i < 50; ++i) At6("N" + std::to_string(i), "county-general", "330127");
  Offers("F1", "thrombectomy");
  const std::vector<Receiver> all = Of("T1", "up", "thrombectomy");
  EXPECT_EQ(all.size(), 40u);
  EXPECT_EQ(all[0].organization, "F1") << "far away, behind fifty nearer ones";
  EXPECT_TRUE(all[0].suggested);
  EXPECT_EQ(all[1].organization, "H1");
  EXPECT_FALSE(Of("T1", "up", "transplant")[0].suggested) << "nobody can";
}

TEST_F(ReceiversTest, KilometresAreThoseOfTheGlobe) {
  EXPECT_NEAR(KilometresBetween({39.9042, 116.4074}, {31.2304, 121.4737}), 1067, 2);      // 北京 to 上海
  EXPECT_NEAR(KilometresBetween({30, 119}, {30, 119}), 0, 1e-9);
  EXPECT_NEAR(KilometresBetween({0, 0}, {0, 180}), 20015, 1);
}

}  // namespace
}  // namespace qianxian::referral
