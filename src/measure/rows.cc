// From groups to the rows of a sheet: names, empty rows, notes.
#include "measure/service.h"

namespace qianxian::measure::internal {
namespace {

const pack::Text* FindDestination(const pack::Pack& pack, std::string_view id) {
  for (const auto& [name, text] : pack.settlement.destinations)
    if (name == id) return &text;
  return nullptr;
}

pack::Text Same(const std::string& text) { return {text, text}; }

void Note(std::vector<pack::Text>& notes, pack::Text note) {
  for (const pack::Text& old : notes)
    if (old.zh == note.zh) return;
  notes.push_back(std::move(note));
}

}  // namespace

pack::Text Service::StratumName(const std::vector<By>& by, const std::vector<std::string>& strata, const Directory& directory) const {
  pack::Text name;
  for (size_t i = 0; i < strata.size(); ++i) {
    pack::Text part = Same(strata[i]);
    if (by[i] == By::kOrganization) {
      const auto found = directory.names.find(strata[i]);
      if (found != directory.names.end()) part = Same(found->second);
      else if (strata[i] == "unknown") part = {"不详", "Unknown"};
    } else if (by[i] == By::kDiseaseGroup) {
      for (const pack::DiseaseGroup& group : pack_.disease_groups)
        if (group.id == strata[i]) part = group.name;
      if (strata[i].empty()) part = {"未分组", "No group"};
    } else if (by[i] == By::kDestination) {
      const pack::Text* known = FindDestination(pack_, strata[i]);
      if (known) part = *known;
      else if (strata[i] == "unknown") part = {"不详", "Unknown"};
    } else if (by[i] == By::kItem) {
      for (const pack::CapabilityList& list : pack_.capability_lists)
        for (const pack::CapabilityItem& item : list.items)
          if (item.id == strata[i]) part = item.name;
    }
    name.zh += (i ? "|" : "") + part.zh;
    name.en += (i ? "|" : "") + part.en;
  }
  return name;
}

void Service::AddRows(const Question& question, const Groups& groups, const Directory& directory, uint64_t as_of, Sheet& sheet) const {
  const pack::Measure& measure = *question.measure;
  const auto row_for = [&](const GroupKey& key) {
    SheetRow row;
    row.measure = measure.id;
    row.subject = key.subject;
    const auto& names = key.of_county ? directory.county_names : directory.names;
    const auto found = names.find(key.subject);
    row.subject_name = found == names.end() || found->second.empty() ? key.subject : found->second;
    const auto kind = directory.kinds.find(key.subject);
    if (!key.of_county && kind != directory.kinds.end()) row.subject_kind = kind->second;
    row.period = question.period.text;
    for (size_t i = 0; i < key.strata.size(); ++i) row.stratum += (i ? "|" : "") + key.strata[i];
    row.stratum_name = StratumName(question.by, key.strata, directory);
    row.edition = measure.edition;
    row.as_of = as_of;
    return row;
  };
  const auto put = [&](const GroupKey& key, const Group& group) {
    SheetRow row = row_for(key);
    row.numerator = group.numerator.value();
    row.denominator = group.denominator.value();
    row.value = group.value;
    row.met = group.judgements[kMet];
    row.not_met = group.judgements[kNotMet];
    row.missing = group.judgements[kMissing];
    row.conflicting = group.judgements[kConflicting];
    if (row.value.empty())
      Note(sheet.notes, {"“" + measure.name.zh + "”有的行没有值：分母为零或缺少对比数据",
                         measure.name.en + ": rows without a value have a zero denominator or nothing to compare with"});
    sheet.rows.push_back(std::move(row));
  };
  // A subject that was asked for has a row, also when it has no cases: nothing, said aloud, is not zero.
  const auto put_empty = [&](const std::string& subject, bool of_county) {
    if (!question.by.empty() || groups.contains({subject, of_county, {}})) return;
    sheet.rows.push_back(row_for({subject, of_county, {}}));
    Note(sheet.notes, {"“" + measure.name.zh + "”在 " + question.period.text + " 没有数据",
                       measure.name.en + " has no data in " + question.period.text});
  };
  if (question.scope.county_rows || measure.subject == "county") {
    for (const std::string& county : question.scope.counties) {
      const auto belongs = [&](const GroupKey& key) { return key.of_county && key.subject == county; };
      put_empty(county, true);
      for (const auto& [key, group] : groups)
        if (belongs(key)) put(key, group);
    }
  }
  if (question.scope.only_unit) put_empty(*question.scope.only_unit, false);
  else if (question.scope.organizations && measure.subject != "county")
    for (const std::string& organization : *question.scope.organizations) put_empty(organization, false);
  for (const auto& [key, group] : groups)
    if (!key.of_county) put(key, group);
  if (groups.empty() && !question.by.empty())
    Note(sheet.notes, {"“" + measure.name.zh + "”在 " + question.period.text + " 没有数据",
                       measure.name.en + " has no data in " + question.period.text});
  const bool early = question.period.last < measure.effective_from;
  const bool late = measure.effective_to && question.period.first > *measure.effective_to;
  if (early || late)
    Note(sheet.notes, {"“" + measure.name.zh + "”的定义（" + measure.edition + "）不适用于 " + question.period.text,
                       "The definition of " + measure.name.en + " (" + measure.edition + ") is not in force in " + question.period.text});
}

}  // namespace qianxian::measure::internal
