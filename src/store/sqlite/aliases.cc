#include "store/sqlite/aliases.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>

#include "base/text.h"

namespace qianxian::store::sqlite {
namespace {

using search::Parameter;
using Terms = std::set<std::string>;

// The parts of a union that are about this type. Empty: the expression is not a plain union of paths.
Terms TermsOf(const Parameter& parameter) {
  Terms terms;
  std::string_view rest = parameter.expression;
  constexpr std::string_view kUnion = " | ";
  for (;;) {
    const size_t end = rest.find(kUnion);
    std::string_view term = TrimAscii(rest.substr(0, end));
    std::string_view path = term.substr(std::min(term.find_first_not_of('('), term.size()));
    if (path == parameter.type || StartsWith(path, parameter.type + ".")) terms.emplace(term);
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + kUnion.size());
  }
  // A union inside of brackets would be cut in the middle: such expressions stay on their own.
  for (const std::string& term : terms) {
    if (std::count(term.begin(), term.end(), '(') != std::count(term.begin(), term.end(), ')')) return {};
  }
  return terms;
}

bool SameComponents(const Parameter& a, const Parameter& b) {
  return std::equal(a.components.begin(), a.components.end(), b.components.begin(), b.components.end(),
                    [](const auto& x, const auto& y) { return x.kind == y.kind && x.expression == y.expression; });
}

bool Comparable(const Parameter& a, const Parameter& b) {
  return a.kind == b.kind && a.by_sound == b.by_sound && a.by_day == b.by_day && a.type == b.type && a.targets == b.targets &&
         a.role == Parameter::Role::kOrdinary && b.role == Parameter::Role::kOrdinary && SameComponents(a, b);
}

}  // namespace

Aliases::Aliases(const search::Parameters& parameters)
    : bases_(parameters.size() + 1), by_day_(parameters.size() + 1, false), custom_(UINT16_MAX + 1 - search::kFirstCustomNumber) {
  std::iota(custom_.begin(), custom_.end(), search::kFirstCustomNumber);
  for (const std::string& type : parameters.types()) {
    const std::vector<const Parameter*>& all = parameters.OfType(type);
    std::vector<std::pair<const Parameter*, Terms>> terms;
    for (const Parameter* parameter : all) {
      terms.emplace_back(parameter, TermsOf(*parameter));
      by_day_[parameter->number] = parameter->by_day;
    }
    // Those with the fewest terms first: what is a union is looked at when its parts are known to be kept.
    std::stable_sort(terms.begin(), terms.end(),
                     [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    for (const auto& [parameter, wanted] : terms) {
      Terms covered;
      std::vector<uint16_t> bases;
      for (const auto& [other, part] : terms) {
        if (other == parameter) break;   // only what was decided before
        if (part.empty() || !Comparable(*parameter, *other) || !IsKept(other->number)) continue;
        if (!std::includes(wanted.begin(), wanted.end(), part.begin(), part.end())) continue;
        if (std::includes(covered.begin(), covered.end(), part.begin(), part.end())) continue;
        covered.insert(part.begin(), part.end());
        bases.push_back(other->number);
      }
      const bool is_union = !wanted.empty() && covered == wanted;
      bases_[parameter->number] = is_union ? bases : std::vector<uint16_t>{parameter->number};
    }
  }
}

}  // namespace qianxian::store::sqlite
