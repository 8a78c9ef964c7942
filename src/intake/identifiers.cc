#include "intake/identifiers.h"

#include "base/limits.h"
#include "base/text.h"

namespace qianxian::intake {
namespace {

std::string PercentDecode(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) << 4 | digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

void Identifiers::AddTo(OfType& map, const std::string& id, json::Value resource) {
  const auto identifiers = resource.Find("identifier");
  if (!identifiers) return;
  const auto add = [&](json::Value identifier) {
    const std::string key = std::string(identifier.FindString("system")) + "|" + std::string(identifier.FindString("value"));
    const auto [found, is_new] = map.try_emplace(key, id);
    if (!is_new && found->second != id) found->second.clear();
  };
  if (identifiers->IsArray())
    for (json::Value identifier : identifiers->Elements()) add(identifier);
  else add(*identifiers);
}

Status Identifiers::Read(const std::string& type) {
  constexpr size_t kPage = 1000;
  QX_DO(settle_());
  QX_TRY(const std::unique_ptr<store::Snapshot> snapshot, store_.OpenSnapshot(caller_));
  OfType& map = types_[type];
  std::string after;
  while (true) {
    QX_TRY(const std::vector<store::Resource> page, snapshot->Scan(type, after, kPage));
    for (const store::Resource& resource : page) {
      after = resource.id;
      const Result<json::Document> document = json::Document::Parse(resource.body);
      if (document.ok()) AddTo(map, resource.id, document->root());
    }
    if (map.size() > limits::kImportIdentifiers)
      return Invalid("too-many-identifiers", "Too many resources of type " + type + " to find one by its identifier.",
                     type + " 资源过多，无法按标识符逐一匹配。");
    if (page.size() < kPage) return Ok();
  }
}

Result<Identifiers::Answer> Identifiers::Find(std::string_view type, std::string_view query) {
  constexpr std::string_view kParameter = "identifier=";
  const std::string plain = PercentDecode(query);
  if (!StartsWith(plain, kParameter) || plain.find('&') != std::string::npos || plain.find('|') == std::string::npos)
    return Answer{Answer::Kind::kNotUnderstood, ""};
  const std::string name(type);
  if (!types_.contains(name)) QX_DO(Read(name));
  const OfType& map = types_[name];
  const auto found = map.find(plain.substr(kParameter.size()));
  if (found == map.end()) return Answer{Answer::Kind::kNone, ""};
  if (found->second.empty()) return Answer{Answer::Kind::kSeveral, ""};
  return Answer{Answer::Kind::kOne, found->second};
}

void Identifiers::Add(std::string_view type, const std::string& id, json::Value resource) {
  const auto watched = types_.find(std::string(type));
  if (watched != types_.end()) AddTo(watched->second, id, resource);
}

}  // namespace qianxian::intake
