// Measured values of a person as lists of the page show them: by code, newest first. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "json/value.h"
#include "json/writer.h"

namespace qianxian::api {

struct Reading {
  std::string code, name, unit;
  std::vector<std::pair<std::string, std::string>> points;   // day and value
};

// The value of an Observation, or of one of its components; what has no number or no code is none.
void AddReading(json::Value value_holder, const std::string& on, std::map<std::string, Reading>& readings);
// An Observation with all its components.
void AddReadings(json::Value observation, const std::string& on, std::map<std::string, Reading>& readings);
// {code, name:Text, value, unit, on} of the newest point of each, at most so many, the newest first.
void WriteLastReadings(json::Writer& writer, const std::map<std::string, Reading>& readings, size_t most);

}  // namespace qianxian::api
