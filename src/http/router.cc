#include <algorithm>

#include "base/text.h"
#include "http/server.h"
#include "http/target.h"

namespace qianxian::http {

struct Router::Entry {
  enum class Kind : char { kLiteral, kOne, kRest };  // in the order in which they are tried
  struct Part {
    Kind kind;
    std::string text;  // the literal, or the parameter's name
  };
  std::string method;
  std::vector<Part> parts;
  RouteHandler handler;

  std::string Rank() const {
    std::string rank;
    for (const Part& part : parts) rank += static_cast<char>('a' + static_cast<char>(part.kind));
    return rank;
  }
  bool Match(const std::vector<std::string_view>& sent, Parameters& parameters) const;
};

bool Router::Entry::Match(const std::vector<std::string_view>& sent, Parameters& parameters) const {
  parameters.clear();
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (part.kind == Kind::kRest) {
      std::string rest;
      for (size_t j = i; j < sent.size(); ++j) rest += (j > i ? "/" : "") + PercentDecode(sent[j], false);
      parameters[part.text] = rest;
      return true;
    }
    if (i >= sent.size()) return false;
    // Decoding only what has something to decode: most parts are compared as they stand.
    bool coded = sent[i].find('%') != std::string_view::npos;
    std::string decoded = coded ? PercentDecode(sent[i], false) : std::string();
    std::string_view text = coded ? std::string_view(decoded) : sent[i];
    if (part.kind == Kind::kLiteral ? text != part.text : text.empty()) return false;
    if (part.kind == Kind::kOne) parameters[part.text] = text;
  }
  return parts.size() == sent.size();
}

void Router::Add(std::string method, std::string pattern, RouteHandler handler) {
  auto entry = std::make_shared<Entry>();
  entry->method = std::move(method);
  entry->handler = std::move(handler);
  QX_CHECK(StartsWith(pattern, "/"), "a pattern begins with /");
  for (std::string_view part : Split(std::string_view(pattern).substr(1), '/')) {
    QX_CHECK(entry->parts.empty() || entry->parts.back().kind != Entry::Kind::kRest, "{rest...} must be last");
    if (part.size() > 2 && part.front() == '{' && part.back() == '}') {
      std::string_view name = part.substr(1, part.size() - 2);
      bool rest = EndsWith(name, "...");
      if (rest) name.remove_suffix(3);
      entry->parts.push_back({rest ? Entry::Kind::kRest : Entry::Kind::kOne, std::string(name)});
    } else {
      entry->parts.push_back({Entry::Kind::kLiteral, std::string(part)});
    }
  }
  auto place = std::upper_bound(entries_.begin(), entries_.end(), entry,
                                [](const auto& a, const auto& b) { return a->Rank() < b->Rank(); });
  entries_.insert(place, std::move(entry));
}

std::optional<Response> Router::Route(Request& request, std::vector<std::string>* allowed) const {
  std::string_view path = request.target.empty() ? std::string_view(request.path) : PathOfTarget(request.target);
  if (!StartsWith(path, "/")) return std::nullopt;
  std::vector<std::string_view> sent = Split(path.substr(1), '/');
  std::string_view method = request.method == "HEAD" ? std::string_view("GET") : std::string_view(request.method);
  Parameters parameters;
  for (const auto& entry : entries_) {
    bool wanted = entry->method == method || entry->method == request.method;
    if (wanted && entry->Match(sent, parameters)) return entry->handler(request, parameters);
  }
  if (allowed == nullptr) return std::nullopt;
  allowed->clear();
  for (const auto& entry : entries_) {
    if (!entry->Match(sent, parameters)) continue;
    allowed->push_back(entry->method);
    if (entry->method == "GET") allowed->push_back("HEAD");
  }
  std::sort(allowed->begin(), allowed->end());
  allowed->erase(std::unique(allowed->begin(), allowed->end()), allowed->end());
  return std::nullopt;
}

}  // namespace qianxian::http
