#include "api/care_readings.h"

#include <algorithm>

#include "api/page_json.h"
#include "api/record_words.h"

namespace qianxian::api {

void AddReading(json::Value value_holder, const std::string& on, std::map<std::string, Reading>& readings) {
  const auto quantity = value_holder.Find("valueQuantity");
  const auto value = quantity ? quantity->Find("value") : std::nullopt;
  const std::string code = CodeIn(value_holder, "code");
  if (!value || !value->IsNumber() || code.empty()) return;
  Reading& reading = readings[code];
  reading.code = code;
  reading.name = FirstText(value_holder, "code");
  reading.unit = quantity->FindString("unit");
  reading.points.emplace_back(on, std::string(value->NumberText()));
}

void AddReadings(json::Value observation, const std::string& on, std::map<std::string, Reading>& readings) {
  AddReading(observation, on, readings);
  if (const auto components = observation.Find("component"))
    for (json::Value component : components->Elements()) AddReading(component, on, readings);
}

void WriteLastReadings(json::Writer& w, const std::map<std::string, Reading>& readings, size_t most) {
  std::vector<std::pair<const Reading*, const std::pair<std::string, std::string>*>> last;
  for (const auto& [code, reading] : readings) {
    const auto newest = std::max_element(reading.points.begin(), reading.points.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    if (newest != reading.points.end()) last.emplace_back(&reading, &*newest);
  }
  std::stable_sort(last.begin(), last.end(), [](const auto& a, const auto& b) { return a.second->first > b.second->first; });
  w.BeginArray();
  for (size_t i = 0; i < std::min(most, last.size()); ++i) {
    const auto& [reading, point] = last[i];
    w.BeginObject().Member("code", reading->code);
    WriteText(w, "name", {reading->name, reading->name});
    w.Name("value").Number(point->second).Member("unit", reading->unit).Member("on", point->first).EndObject();
  }
  w.EndArray();
}

}  // namespace qianxian::api
