#include "search/query.h"

#include <functional>

#include "base/text.h"
#include "search/custom_parameters.h"
#include "search/query_parser.h"

namespace qianxian::search {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0) {
      out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

using Finder = std::function<const Parameter*(const std::string& code)>;

void Bind(const Finder& find, std::string_view type, Clause& clause) {
  clause.type = type;
  for (Clause& one : clause.chained) {
    if (clause.kind == Clause::Kind::kAny && one.type.empty()) Bind(find, type, one);
  }
  if (clause.kind != Clause::Kind::kHas) clause.parameter = find(clause.code);
}

void CollectCustom(const Clause& clause, std::vector<const Parameter*>& out) {
  if (clause.parameter != nullptr && clause.parameter->serial != 0) out.push_back(clause.parameter);
  for (const Clause& one : clause.chained) CollectCustom(one, out);
}

}  // namespace

std::string EncodeComponent(std::string_view text) {
  static constexpr std::string_view kSafe = "-_.~:,/$";
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kSafe.find(c) != kSafe.npos;
    if (plain) {
      out += c;
    } else {
      unsigned char byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

NamedValues DecodeForm(std::string_view text) {
  NamedValues out;
  for (std::string_view part : Split(text, '&')) {
    if (part.empty()) continue;
    size_t equals = part.find('=');
    std::string_view value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    out.emplace_back(Decode(part.substr(0, equals)), Decode(value));
  }
  return out;
}

Result<Query> Query::Parse(const Parameters& parameters, std::string_view type, const NamedValues& named_values,
                           const QueryOptions& options) {
  return QueryParser(parameters, type, options).Parse(named_values);
}

Result<Query> Query::ParseText(const Parameters& parameters, std::string_view type, std::string_view text,
                               const QueryOptions& options) {
  return Parse(parameters, type, DecodeForm(text), options);
}

Query Query::Narrow(const Parameters& parameters, std::string_view one_type) const {
  Query query = *this;
  query.type = one_type;
  query.types = {std::string(one_type)};
  const Finder find = [&](const std::string& code) {
    const Parameter* found = parameters.Find(one_type, code);
    return found == nullptr && custom != nullptr ? custom->Find(one_type, code) : found;
  };
  for (Clause& clause : query.clauses) Bind(find, one_type, clause);
  query.sort.clear();
  for (const auto& [code, descending] : sort_codes) query.sort.push_back({find(code), descending});
  return query;
}

std::vector<const Parameter*> CustomOnesOf(const Query& query) {
  std::vector<const Parameter*> out;
  if (query.custom == nullptr) return out;
  for (const Clause& clause : query.clauses) CollectCustom(clause, out);
  for (const SortKey& key : query.sort) {
    if (key.parameter != nullptr && key.parameter->serial != 0) out.push_back(key.parameter);
  }
  for (const Include& include : query.includes) {
    if (include.parameter != nullptr && include.parameter->serial != 0) out.push_back(include.parameter);
  }
  return out;
}

}  // namespace qianxian::search
