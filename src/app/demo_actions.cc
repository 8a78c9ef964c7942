#include "app/demo_actions.h"

#include <algorithm>

#include "sheet/csv.h"

namespace qianxian::app {

namespace {
access::Caller DemoDirector() {
  access::Caller caller;
  caller.user = "director";
  caller.role = access::Role::kDirector;
  caller.whole_county = true;
  caller.origin = "demo";
  return caller;
}
}  // namespace

Result<size_t> ApproveDemoActions(gap::Gaps& gaps, const std::string& packs_directory, const std::string& county,
                                  const std::string& hospital) {
  const access::Caller caller = DemoDirector();
  QX_TRY(const std::vector<gap::Gap> open, gaps.List(caller, false));
  if (std::ranges::any_of(open, [](const gap::Gap& g) { return !g.actions.empty(); })) return size_t{0};
  QX_TRY(const std::unique_ptr<sheet::CsvReader> reader, sheet::CsvReader::Open(packs_directory + "/demo-county/actions.csv"));
  const std::vector<std::string>& header = reader->header();
  size_t approved = 0;
  sheet::Row row;
  while (true) {
    QX_TRY(const bool more, reader->Next(row));
    if (!more) return approved;
    const auto field = [&](std::string_view name) {
      const auto place = std::ranges::find(header, name);
      const size_t index = static_cast<size_t>(place - header.begin());
      return index < row.fields.size() ? std::string(row.fields[index]) : std::string();
    };
    const std::string measure = field("MEASURE");
    const std::string subject = field("SUBJECT") == "county" ? county : hospital;
    const auto gap = std::ranges::find_if(open, [&](const gap::Gap& g) { return g.measure == measure && g.subject == subject; });
    if (gap == open.end()) continue;
    gap::ActionRequest request;
    request.type = field("ACTION");
    request.disease_group = field("DISEASE_GROUP");
    request.owner = field("OWNER");
    request.started_on = field("STARTED_ON");
    request.due_on = field("DUE_ON");
    request.expected_value = field("EXPECTED_VALUE");
    request.note = field("NOTE");
    QX_DO(gaps.AddAction(caller, gap->id, request));
    ++approved;
  }
}

}  // namespace qianxian::app
