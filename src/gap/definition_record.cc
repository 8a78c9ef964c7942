// The frozen definition inside a gap's record, and what its extensions share. A part that an older record lacks stays empty.
#include "base/text.h"
#include "gap/record_parts.h"

namespace qianxian::gap {

namespace {
constexpr std::string_view kDefinition = "StructureDefinition/gap-definition";
constexpr std::string_view kListItem = "StructureDefinition/gap-definition-item";
constexpr std::string_view kTables = "StructureDefinition/gap-definition-tables";

const std::pair<pack::MeasureKind, std::string_view> kKinds[] = {
    {pack::MeasureKind::kRatio, "ratio"},       {pack::MeasureKind::kMean, "mean"},
    {pack::MeasureKind::kCount, "count"},       {pack::MeasureKind::kPerDistinct, "per-distinct"},
    {pack::MeasureKind::kDistinct, "distinct"}, {pack::MeasureKind::kCoverage, "coverage"},
    {pack::MeasureKind::kGrowth, "growth"}};

void WriteText(Parts& parts, const std::string& name, const pack::Text& text) {
  parts.Add(name + "-zh", text.zh).Add(name + "-en", text.en);
}

pack::Text ReadText(json::Value root, const std::string& name) {
  return {PartOf(root, kDefinition, name + "-zh"), PartOf(root, kDefinition, name + "-en")};
}

void WriteList(json::Writer& writer, const pack::CapabilityList& list) {
  for (const pack::CapabilityItem& item : list.items) {
    Parts parts(writer, kListItem);
    parts.Add("id", item.id).Add("name-zh", item.name.zh).Add("name-en", item.name.en).Add("specialty", item.specialty);
    parts.Add("codes", Join(item.codes, ";")).Add("cases-minimum", std::to_string(item.cases_minimum)).Add("mark", item.mark);
  }
}

// Every extension of the record with this url.
std::vector<json::Value> ExtensionsOf(json::Value root, std::string_view url) {
  std::vector<json::Value> found;
  const std::string wanted = RecordUrl(url);
  if (const auto extensions = root.Find("extension"))
    for (json::Value extension : extensions->Elements())
      if (extension.FindString("url") == wanted) found.push_back(extension);
  return found;
}

std::string PartIn(json::Value extension, std::string_view name) {
  if (const auto parts = extension.Find("extension"))
    for (json::Value part : parts->Elements())
      if (part.FindString("url") == name) return std::string(part.FindString("valueString"));
  return {};
}

Status ReadList(json::Value root, GapRecord& gap) {
  if (PartOf(root, kDefinition, "list-id").empty()) return Ok();
  pack::CapabilityList list;
  list.id = PartOf(root, kDefinition, "list-id");
  list.edition = PartOf(root, kDefinition, "list-edition");
  list.name = ReadText(root, "list-name");
  for (json::Value extension : ExtensionsOf(root, kListItem)) {
    pack::CapabilityItem item{PartIn(extension, "id"), {PartIn(extension, "name-zh"), PartIn(extension, "name-en")},
                              PartIn(extension, "specialty"), {}, 0, PartIn(extension, "mark")};
    const std::string codes = PartIn(extension, "codes");
    for (const std::string_view code : Split(codes, ';')) item.codes.emplace_back(code);
    if (!ParseInteger(PartIn(extension, "cases-minimum"), item.cases_minimum))
      return Fault("bad-gap-record", "an item of a gap's frozen list cannot be read");
    list.items.push_back(std::move(item));
  }
  gap.list = std::move(list);
  return Ok();
}

void ReadTables(json::Value root, GapRecord& gap) {
  for (json::Value extension : ExtensionsOf(root, kTables))
    if (const auto parts = extension.Find("extension"))
      for (json::Value part : parts->Elements())
        gap.tables[std::string(part.FindString("url"))] = std::string(part.FindString("valueString"));
}
}  // namespace

std::string RecordUrl(std::string_view path) { return "https://fhir.qianxian.cn/" + std::string(path); }

std::string PartOf(json::Value parent, std::string_view url, std::string_view name) {
  const std::vector<json::Value> found = ExtensionsOf(parent, url);
  return found.empty() ? std::string() : PartIn(found[0], name);
}

std::string_view KindName(pack::MeasureKind kind) {
  for (const auto& [k, name] : kKinds)
    if (k == kind) return name;
  return {};
}

std::string_view DirectionName(pack::Direction direction) {
  return direction == pack::Direction::kUp ? "up" : direction == pack::Direction::kDown ? "down" : "monitor";
}

void WriteDefinition(json::Writer& writer, const GapRecord& gap) {
  const pack::Measure& m = gap.definition;
  {
    Parts parts(writer, kDefinition);
    parts.Add("id", m.id).Add("kind", KindName(m.kind)).Add("subject", m.subject).Add("unit", m.unit);
    parts.Add("direction", DirectionName(m.direction)).Add("edition", m.edition).Add("of", m.of).Add("sql", m.cases_sql);
    WriteText(parts, "name", m.name);
    if (m.target) parts.Add("target", m.target->value.ToString());
    parts.Add("denominator-minimum", std::to_string(m.guard.denominator_minimum));
    parts.Add("window-months", std::to_string(m.guard.window_months));
    parts.Add("months-below-minimum", std::to_string(m.guard.months_below_minimum));
    WriteText(parts, "definition", m.definition);
    WriteText(parts, "numerator", m.numerator);
    WriteText(parts, "denominator", m.denominator);
    WriteText(parts, "exclusions", m.exclusions);
    if (gap.list) {
      parts.Add("list-id", gap.list->id).Add("list-edition", gap.list->edition);
      WriteText(parts, "list-name", gap.list->name);
    }
  }
  if (gap.list) WriteList(writer, *gap.list);
  if (gap.tables.empty()) return;
  Parts parts(writer, kTables);
  for (const auto& [table, hash] : gap.tables) parts.Add(table, hash);
}

Status ReadDefinition(json::Value root, GapRecord& gap) {
  const auto part = [&](std::string_view name) { return PartOf(root, kDefinition, name); };
  pack::Measure m;
  m.id = part("id");
  for (const auto& [k, name] : kKinds)
    if (part("kind") == name) m.kind = k;
  m.subject = part("subject");
  m.unit = part("unit");
  m.direction = part("direction") == "up"     ? pack::Direction::kUp
                : part("direction") == "down" ? pack::Direction::kDown
                                              : pack::Direction::kMonitor;
  m.edition = part("edition");
  m.of = part("of");
  m.cases_sql = part("sql");
  m.name = ReadText(root, "name");
  m.definition = ReadText(root, "definition");
  m.numerator = ReadText(root, "numerator");
  m.denominator = ReadText(root, "denominator");
  m.exclusions = ReadText(root, "exclusions");
  QX_TRY(const Decimal target, Decimal::Parse(part("target")));
  m.target = pack::Target{target, {}};
  int64_t window = 0, below = 0;
  if (!ParseInteger(part("denominator-minimum"), m.guard.denominator_minimum) || !ParseInteger(part("window-months"), window) ||
      !ParseInteger(part("months-below-minimum"), below) || m.id.empty())
    return Fault("bad-gap-record", "a gap's frozen definition cannot be read");
  m.guard.window_months = static_cast<int>(window);
  m.guard.months_below_minimum = static_cast<int>(below);
  gap.definition = std::move(m);
  QX_DO(ReadList(root, gap));
  ReadTables(root, gap);
  return Ok();
}

}  // namespace qianxian::gap
