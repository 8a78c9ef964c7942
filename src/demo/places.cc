#include "demo/places.h"

#include <map>

#include "base/check.h"
#include "base/text.h"

namespace qianxian::demo {
namespace {

std::string Code(char letter, const std::string& region, int number) {
  std::string digits = std::to_string(number);
  return letter + region + std::string(5 - digits.size(), '0') + digits;
}

const RegionRow* FindRegion(const Tables& tables, const std::string& code) {
  for (const RegionRow& region : tables.regions) {
    if (region.code == code) return &region;
  }
  return nullptr;
}

const std::string* FirstCity(const Tables& tables, const std::string& province) {
  for (const RegionRow& region : tables.regions) {
    if (region.level == "city" && region.parent == province) return &region.code;
  }
  return nullptr;
}

}  // namespace

uint16_t Places::Add(Place place, const Tables& tables) {
  place.hosp_lv = tables.Of(place.kind).hosp_lv;
  place.level = tables.Of(place.kind).level;
  places_.push_back(std::move(place));
  QX_CHECK(places_.size() < 65000, "too many institutions");
  return static_cast<uint16_t>(places_.size() - 1);
}

// One that institutions.csv does not name: it offers what its kind does.
uint16_t Places::AddUnnamed(Place place, const Tables& tables) {
  place.services = tables.Of(place.kind).services;
  return Add(std::move(place), tables);
}

Status Places::AddInstitutions(const Tables& tables, const CountyFacts& county) {
  const std::string* capital = FirstCity(tables, county.province_code);
  if (capital == nullptr) return Invalid("bad-table", "regions.csv: the province has no city");
  std::map<std::string, int> numbers;
  bool seen[3] = {false, false, false};
  for (const InstitutionRow& row : tables.institutions) {
    Place place;
    place.kind = row.kind;
    place.focus = row.focus;
    place.weight = row.weight;
    place.services = row.services;
    place.region = row.place == "county" ? county.code
                   : row.place == "city" ? county.city_code
                   : row.place == "province" ? *capital
                                             : row.place;
    if (FindRegion(tables, place.region) == nullptr) {
      return Invalid("bad-table", "institutions.csv: unknown place " + row.place);
    }
    place.name = ReplaceAll(ReplaceAll(ReplaceAll(row.name, "{county}", county.name), "{city}", county.city_name),
                            "{province}", county.province_name);
    place.code = Code('H', place.region, ++numbers[place.region]);
    uint16_t index = Add(place, tables);
    if (row.short_name == "general") general_ = index, seen[0] = true;
    if (row.short_name == "tcm") tcm_ = index, seen[1] = true;
    if (row.short_name == "mch") mch_ = index, seen[2] = true;
    if (row.kind == Kind::kCity) outside_[0].push_back(index);
    if (row.kind == Kind::kProvince) outside_[1].push_back(index);
    if (row.kind == Kind::kOther) outside_[2].push_back(index);
    if (row.kind == Kind::kCommunity) city_community_ = index;
  }
  if (!seen[0] || !seen[1] || !seen[2] || outside_[0].empty() || outside_[1].empty() || outside_[2].empty() ||
      city_community_ == 0) {
    return Invalid("bad-table", "institutions.csv lacks a county hospital or one of city, province, other, community");
  }
  return Ok();
}

void Places::AddPrimary(const Tables& tables, const CountyFacts& county) {
  const std::string lead = places_[general_].code;
  places_[tcm_].lead = lead;
  places_[mch_].lead = lead;
  places_[general_].page_style = 0;
  places_[tcm_].page_style = 1;
  places_[mch_].page_style = 2;
  page_hospitals_ = {general_, tcm_, mch_};
  int number = 100;
  townships_ = county.size.townships;
  for (int i = 0; i < county.size.townships; ++i) {
    const std::string& stem = tables.townships[(i + county.ordinal * 4) % tables.townships.size()];
    bool central = i < county.size.central_townships;
    std::string area = stem + (central ? "镇" : "乡");
    Place place;
    place.kind = Kind::kTownship;
    place.focus = "primary";
    place.region = county.code;
    place.lead = lead;
    place.code = Code('H', county.code, ++number);
    place.name = county.name + area + (central ? "中心卫生院" : "卫生院");
    if (central) place.page_style = 3 + i % 2;
    area_names_.push_back(area);
    centres_.push_back(AddUnnamed(place, tables));
    if (central) page_hospitals_.push_back(centres_.back());
  }
  static constexpr const char* kQuarters[] = {"城关", "城东", "城西", "城南", "城北", "新区", "河东", "河西"};
  number = 200;
  for (int i = 0; i < county.size.communities; ++i) {
    Place place;
    place.kind = Kind::kCommunity;
    place.focus = "primary";
    place.region = county.code;
    place.lead = lead;
    place.code = Code('H', county.code, ++number);
    place.name = county.name + kQuarters[i % 8] + "社区卫生服务中心";
    area_names_.push_back(std::string(kQuarters[i % 8]) + "街道");
    centres_.push_back(AddUnnamed(place, tables));
  }
  village_names_ = tables.villages;
  number = 1000;
  for (int i = 0; i < county.size.townships; ++i) {
    villages_.emplace_back();
    for (int v = 0; v < county.size.villages_per_township; ++v) {
      Place place;
      place.kind = Kind::kVillage;
      place.focus = "primary";
      place.region = county.code;
      place.lead = places_[centres_[i]].code;
      place.code = Code('H', county.code, ++number);
      place.name = county.name + area_names_[i] + tables.villages[v] + "村卫生室";
      villages_.back().push_back(AddUnnamed(place, tables));
    }
  }
  for (int i = 0; i < county.size.pharmacies; ++i) {
    Place place;
    place.kind = Kind::kPharmacy;
    place.region = county.code;
    place.code = Code('P', county.code, i + 1);
    place.name = county.name + "康和大药房第" + std::to_string(i + 1) + "分店";
    pharmacies_.push_back(AddUnnamed(place, tables));
  }
}

Result<Places> Places::Make(const Tables& tables, const CountyFacts& county) {
  Places places;
  places.county_code_ = county.code;
  QX_DO(places.AddInstitutions(tables, county));
  places.AddPrimary(tables, county);
  return places;
}

uint16_t Places::village(uint16_t area, uint16_t village) const {
  if (area >= villages_.size()) return centres_[area];
  return villages_[area][village % villages_[area].size()];
}

uint16_t Places::PickOutside(Chance& chance, Level level, const std::string& focus) const {
  const auto& list = outside_[level == kToCity ? 0 : level == kToProvince ? 1 : 2];
  std::vector<double> weights;
  weights.reserve(list.size());
  for (uint16_t index : list) {
    const Place& place = places_[index];
    // A special hospital takes three quarters and more of its own field, and little else.
    double fit = place.focus == focus ? (place.focus == "general" ? 1 : 8) : (place.focus == "general" ? 1 : 0.04);
    weights.push_back(place.weight * fit);
  }
  int picked = PickWeighted(chance, weights);
  return list[picked < 0 ? 0 : picked];
}

Result<std::vector<CountyFacts>> ListCounties(const Tables& tables, const SizeRow& size) {
  std::vector<CountyFacts> out;
  std::vector<const RegionRow*> counties;
  for (const RegionRow& region : tables.regions) {
    if (region.level == "county") counties.push_back(&region);
  }
  // The last one is the neighbour: its people come here, its own care is not generated.
  if (static_cast<int>(counties.size()) < size.counties + 1) {
    return Invalid("bad-table", "regions.csv has too few counties");
  }
  for (int i = 0; i < size.counties; ++i) {
    CountyFacts county;
    county.code = counties[i]->code;
    county.name = counties[i]->name;
    county.ordinal = i;
    county.size = size;
    county.neighbour_code = counties.back()->code;
    const RegionRow* city = FindRegion(tables, counties[i]->parent);
    const RegionRow* province = city == nullptr ? nullptr : FindRegion(tables, city->parent);
    if (province == nullptr) return Invalid("bad-table", "regions.csv: " + county.code + " has no city or province");
    county.city_code = city->code;
    county.city_name = city->name;
    county.province_code = province->code;
    county.province_name = province->name;
    out.push_back(county);
  }
  return out;
}

}  // namespace qianxian::demo
