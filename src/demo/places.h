// Every hospital, health centre, clinic and pharmacy that the county's people use, in and out of the county, with invented
// names and codes of the real shape (H or P, six digits of the region, five digits). Built once; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "demo/chance.h"
#include "demo/people.h"
#include "demo/tables.h"

namespace qianxian::demo {

struct Place {
  std::string code, name, region, level, lead;   // lead: code of the community's lead hospital, or empty
  std::string hosp_lv;
  std::string services;                          // codes with semicolons: what it can do for patients that others send
  std::string focus;                             // general, tcm, mch, cancer, primary
  Kind kind = Kind::kOther;
  double weight = 1;
  int page_style = -1;                           // how its front pages are written; -1: it hands in none
};

class Places {
 public:
  static Result<Places> Make(const Tables& tables, const CountyFacts& county);

  const Place& operator[](uint16_t index) const { return places_[index]; }
  uint16_t count() const { return static_cast<uint16_t>(places_.size()); }
  const std::vector<Place>& all() const { return places_; }
  bool InCounty(uint16_t index) const { return places_[index].region == county_code_; }

  uint16_t general() const { return general_; }
  uint16_t tcm() const { return tcm_; }
  uint16_t mch() const { return mch_; }
  // The township's health centre or the town's community centre of a person's area.
  uint16_t centre(uint16_t area) const { return centres_[area]; }
  uint16_t village(uint16_t area, uint16_t village) const;      // a community centre where the area has no villages
  uint16_t pharmacy(Chance& chance) const { return pharmacies_[chance.Below(static_cast<uint32_t>(pharmacies_.size()))]; }
  bool IsTownship(uint16_t area) const { return area < townships_; }
  const std::string& AreaName(uint16_t area) const { return area_names_[area]; }        // 石门镇
  const std::string& VillageName(uint16_t village) const { return village_names_[village]; }
  uint16_t city_hospital() const { return outside_[0].front(); }
  uint16_t city_community() const { return city_community_; }

  // A hospital of the city, the province or elsewhere; those with the wanted focus come first.
  uint16_t PickOutside(Chance& chance, Level level, const std::string& focus) const;
  // Hospitals that hand in front pages, in the order of their codes.
  const std::vector<uint16_t>& page_hospitals() const { return page_hospitals_; }

 private:
  uint16_t Add(Place place, const Tables& tables);
  uint16_t AddUnnamed(Place place, const Tables& tables);
  Status AddInstitutions(const Tables& tables, const CountyFacts& county);
  void AddPrimary(const Tables& tables, const CountyFacts& county);

  std::string county_code_;
  std::vector<Place> places_;
  std::vector<uint16_t> centres_, pharmacies_, page_hospitals_;
  std::vector<std::vector<uint16_t>> villages_;
  std::vector<uint16_t> outside_[3];             // city, province, other
  std::vector<std::string> area_names_, village_names_;
  uint16_t general_ = 0, tcm_ = 0, mch_ = 0, city_community_ = 0;
  int townships_ = 0;
};

// The counties of a size, in order, with their city, province and neighbour.
Result<std::vector<CountyFacts>> ListCounties(const Tables& tables, const SizeRow& size);

}  // namespace qianxian::demo
