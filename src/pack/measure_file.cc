// measures/ID.yaml: one measure a file.
#include <map>

#include "base/text.h"
#include "pack/reader.h"

namespace qianxian::pack::internal {
namespace {

const std::map<std::string, MeasureKind, std::less<>>& Kinds() {
  static const std::map<std::string, MeasureKind, std::less<>> kinds = {
      {"ratio", MeasureKind::kRatio},       {"mean", MeasureKind::kMean},         {"count", MeasureKind::kCount},
      {"per-distinct", MeasureKind::kPerDistinct}, {"distinct", MeasureKind::kDistinct},
      {"coverage", MeasureKind::kCoverage}, {"growth", MeasureKind::kGrowth}};
  return kinds;
}

Date ReadDate(Reader& reader, std::string_view key) {
  const std::string text = reader.RequiredText(key);
  if (text.empty()) return {};
  const Result<Date> date = ParseDate(text);
  if (date.ok()) return *date;
  reader.Fault(reader.line(key), "“" + std::string(key) + "”不是日期：" + text, "'" + std::string(key) + "' is no date: " + text);
  return {};
}

void ReadEffective(Reader& reader, Measure& measure) {
  const YamlNode* node = reader.Find("effective");
  if (!node || node->kind == YamlNode::Kind::kNull)
    return reader.Fault(reader.line("effective"), "缺少“effective”（from，可选 to）", "'effective' is missing (from, and to if any)");
  Reader inner(reader.path(), *node, reader.faults());
  if (!inner.IsMap()) return;
  inner.AllowOnly({"from", "to"});
  measure.effective_from = ReadDate(inner, "from");
  if (!inner.Has("to")) return;
  measure.effective_to = ReadDate(inner, "to");
  if (*measure.effective_to < measure.effective_from)
    inner.Fault(inner.line("to"), "“to”早于“from”", "'to' is before 'from'");
}

void ReadTarget(Reader& reader, Measure& measure) {
  if (!reader.Has("target")) return;
  Reader inner(reader.path(), *reader.Find("target"), reader.faults());
  if (!inner.IsMap()) return;
  inner.AllowOnly({"value", "source", "kinds"});
  Target target;
  const std::string value = inner.RequiredText("value");
  if (!value.empty()) {
    const Result<Decimal> number = Decimal::Parse(value);
    if (number.ok()) target.value = *number;
    else inner.Fault(inner.line("value"), "目标值不是数：" + value, "The target is no number: " + value);
  }
  if (inner.Has("source")) target.source = inner.OneSource(*inner.Find("source"));
  else inner.Fault(inner.line("source"), "目标值没有出处（source）", "The target has no source");
  target.kinds = inner.Texts("kinds");
  if (measure.direction == Direction::kMonitor)
    inner.Fault(reader.line("target"), "只作监测（monitor）的指标不能有目标值", "A measure that is only monitored has no target");
  measure.target = target;
}

void ReadGuard(Reader& reader, Measure& measure) {
  if (!reader.Has("guard")) return;
  Reader inner(reader.path(), *reader.Find("guard"), reader.faults());
  if (!inner.IsMap()) return;
  inner.AllowOnly({"denominator_minimum", "window_months", "months_below_minimum"});
  Guard& guard = measure.guard;
  guard.denominator_minimum = inner.Number("denominator_minimum", guard.denominator_minimum, 1, 1'000'000'000);
  guard.window_months = static_cast<int>(inner.Number("window_months", guard.window_months, 1, 60));
  guard.months_below_minimum =
      static_cast<int>(inner.Number("months_below_minimum", std::min(guard.months_below_minimum, guard.window_months), 0, 60));
  if (guard.months_below_minimum > guard.window_months)
    inner.Fault(inner.line("months_below_minimum"), "“months_below_minimum”大于“window_months”",
                "'months_below_minimum' is more than 'window_months'");
}

// The SQL becomes a part of a larger statement: one SELECT, no semicolon outside of quotes and comments.
void CheckSql(Reader& reader, const std::string& sql) {
  std::string bare;                        // without comments and quoted texts
  for (size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'' || sql[i] == '"') {
      const size_t end = sql.find(sql[i], i + 1);
      if (end == std::string::npos) return reader.Fault(reader.line("sql"), "sql 中引号没有结束", "A quote in the SQL does not end");
      i = end;
    } else if (sql.compare(i, 2, "--") == 0) {
      i = std::min(sql.find('\n', i), sql.size());
      bare += ' ';
    } else {
      bare += sql[i];
    }
  }
  const std::string start = ToLowerAscii(TrimAscii(bare).substr(0, 7));
  if (!StartsWith(start, "select") && !StartsWith(start, "with"))
    reader.Fault(reader.line("sql"), "sql 应以 SELECT 或 WITH 开头", "The SQL must begin with SELECT or WITH");
  if (bare.find(';') != std::string::npos)
    reader.Fault(reader.line("sql"), "sql 只能是一条语句，末尾不要分号", "The SQL must be one statement without a semicolon");
}

void ReadKind(Reader& reader, Measure& measure) {
  const std::string kind =
      reader.OneOf("kind", {"ratio", "mean", "count", "per-distinct", "distinct", "coverage", "growth"});
  if (!kind.empty()) measure.kind = Kinds().find(kind)->second;
  measure.of = reader.OptionalText("of");
  const bool wants_of = measure.kind == MeasureKind::kGrowth || measure.kind == MeasureKind::kCoverage;
  if (wants_of && measure.of.empty())
    reader.Fault(reader.line("of"), "缺少“of”（growth：另一指标；coverage：能力清单）",
                 "'of' is missing (growth: the other measure; coverage: the capability list)");
  if (!wants_of && !measure.of.empty())
    reader.Fault(reader.line("of"), "只有 growth 与 coverage 使用“of”", "Only growth and coverage use 'of'");
  const bool wants_sql = measure.kind != MeasureKind::kGrowth;
  measure.cases_sql = wants_sql ? reader.RequiredText("sql") : reader.OptionalText("sql");
  if (wants_sql && !measure.cases_sql.empty()) CheckSql(reader, measure.cases_sql);
  if (!wants_sql && !measure.cases_sql.empty())
    reader.Fault(reader.line("sql"), "growth 没有自己的 sql", "A growth has no SQL of its own");
}

}  // namespace

void ParseMeasureFile(const std::string& path, const std::string& content, Pack& pack, Faults& faults) {
  YamlNode root;
  if (!ReadYaml(path, content, root, faults)) return;
  Reader reader(path, root, faults);
  if (!reader.IsMap()) return;
  reader.AllowOnly({"id", "kind", "subject", "order", "name", "definition", "numerator", "denominator", "exclusions", "direction",
                    "unit", "target", "guard", "sources", "edition", "effective", "of", "sql"});
  Measure measure;
  measure.file = path;
  measure.id = reader.Kebab("id");
  if (!measure.id.empty() && path != "measures/" + measure.id + ".yaml")
    reader.Fault(reader.line("id"), "文件名应为 " + measure.id + ".yaml", "The file must be named " + measure.id + ".yaml");
  ReadKind(reader, measure);
  measure.order = static_cast<int>(reader.Number("order", measure.order, 0, 1'000'000));
  measure.subject = reader.OneOf("subject", {"county", "hospital", "unit"});
  const bool adds_up = measure.kind == MeasureKind::kRatio || measure.kind == MeasureKind::kMean || measure.kind == MeasureKind::kCount;
  if (measure.subject == "unit" && !adds_up)
    reader.Fault(reader.line("subject"), "subject 为 unit 的指标须为 ratio、mean 或 count：各级相加",
                 "A measure of units must be a ratio, mean or count: its parts are added up from level to level");
  measure.name = reader.BothLanguages("name", true);
  measure.definition = reader.BothLanguages("definition", true);
  measure.numerator = reader.BothLanguages("numerator", true);
  const bool divides = measure.kind != MeasureKind::kCount && measure.kind != MeasureKind::kDistinct;
  measure.denominator = reader.BothLanguages("denominator", divides);
  measure.exclusions = reader.BothLanguages("exclusions", true);
  const std::string direction = reader.OneOf("direction", {"up", "down", "monitor"});
  measure.direction = direction == "up" ? Direction::kUp : direction == "down" ? Direction::kDown : Direction::kMonitor;
  measure.unit = reader.RequiredText("unit");
  ReadTarget(reader, measure);
  ReadGuard(reader, measure);
  measure.sources = reader.Sources("sources", true);
  measure.edition = reader.RequiredText("edition");
  ReadEffective(reader, measure);
  pack.measures.push_back(std::move(measure));
}

}  // namespace qianxian::pack::internal
