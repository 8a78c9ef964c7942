#include "search/query.h"

#include "base/text.h"
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

void Bind(const Parameters& parameters, std::string_view type, Clause& clause) {
  clause.type = type;
  for (Clause& one : clause.chained) {
    if (clause.kind == Clause::Kind::kAny && one.type.empty()) Bind(parameters, type, one);
  }
  if (clause.kind != Clause::Kind::kHas) clause.parameter = parameters.Find(type, clause.code);
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
  for (Clause& clause : query.clauses) Bind(parameters, one_type, clause);
  query.sort.clear();
  for (const auto& [code, descending] : sort_codes) query.sort.push_back({parameters.Find(one_type, code), descending});
  return query;
}

}  // namespace qianxian::search
