#include "store/body.h"

#include <algorithm>

#include "crypto/crypto.h"
#include "json/writer.h"

namespace qianxian::store {
namespace {

constexpr std::string_view kVersionId = "versionId";
constexpr std::string_view kLastUpdated = "lastUpdated";

bool IsSetByStore(std::string_view meta_member) { return meta_member == kVersionId || meta_member == kLastUpdated; }

// Name and text of each member, each with its length before it, so that no two resources read the same.
void AppendPart(std::string& out, std::string_view name, std::string_view text) {
  out.append(std::to_string(name.size())).append(1, ':').append(name);
  out.append(std::to_string(text.size())).append(1, ':').append(text);
}

struct Edit {
  size_t begin = 0;        // of the text as sent
  size_t end = 0;
  std::string put;         // stands in the kept text after the place
  uint32_t* place = nullptr;
};

}  // namespace

uint64_t Splice::Pack() const {
  return (uint64_t{id_at} << 32) | (uint64_t{meta_at} << 2) | (has_id ? 2u : 0u) | (has_meta ? 1u : 0u);
}

Splice Splice::Unpack(uint64_t packed) {
  Splice splice;
  splice.id_at = static_cast<uint32_t>(packed >> 32);
  splice.meta_at = static_cast<uint32_t>(packed & 0xffffffffu) >> 2;
  splice.has_id = (packed & 2) != 0;
  splice.has_meta = (packed & 1) != 0;
  return splice;
}

std::string HashBody(json::Value resource) {
  std::string all;
  for (const json::Member& member : resource.Members()) {
    if (member.name == "id") continue;
    if (member.name == "meta" && member.value.IsObject()) {
      for (const json::Member& inner : member.value.Members()) {
        if (!IsSetByStore(inner.name)) AppendPart(all, std::string("meta.").append(inner.name), inner.value.Raw());
      }
      continue;
    }
    AppendPart(all, member.name, member.value.Raw());
  }
  return crypto::Sha256(all).substr(0, 16);
}

Result<KeptBody> KeepBody(const json::Document& document, std::string_view type, std::string_view id) {
  const json::Value root = document.root();
  if (!root.IsObject()) return Invalid("not-a-resource", "A resource must be a JSON object.", "资源必须是 JSON 对象。");
  const std::optional<json::Value> type_value = root.Find("resourceType");
  if (!type_value || !type_value->IsString() || type_value->AsString() != type) {
    return Invalid("wrong-type", "The resourceType is not " + std::string(type) + ".",
                   "resourceType 不是 " + std::string(type) + "。");
  }
  const std::optional<json::Value> id_value = root.Find("id");
  if (id_value && (!id_value->IsString() || id_value->AsString() != id)) {
    return Invalid("wrong-id", "The id in the resource is not the id it is stored under.",
                   "资源中的 id 与保存位置的 id 不一致。");
  }
  const std::optional<json::Value> meta_value = root.Find("meta");
  if (meta_value && !meta_value->IsObject()) {
    return Invalid("not-a-resource", "meta must be an object.", "meta 必须是对象。");
  }

  const std::string_view text = document.text();
  const auto begin_of = [&](json::Value value) { return static_cast<size_t>(value.Raw().data() - text.data()); };
  const auto end_of = [&](json::Value value) { return begin_of(value) + value.Raw().size(); };

  KeptBody kept;
  kept.splice.has_id = id_value.has_value();
  kept.splice.has_meta = meta_value.has_value();
  Edit id_edit{0, 0, {}, &kept.splice.id_at};
  if (id_value) {
    id_edit.begin = begin_of(*id_value);
    id_edit.end = end_of(*id_value);
  } else {
    id_edit.begin = id_edit.end = end_of(*type_value);
  }
  Edit meta_edit{0, 0, {}, &kept.splice.meta_at};
  if (meta_value) {
    meta_edit.begin = begin_of(*meta_value);
    meta_edit.end = end_of(*meta_value);
    for (const json::Member& member : meta_value->Members()) {
      if (IsSetByStore(member.name)) continue;
      meta_edit.put.append(1, ',').append(json::Quote(member.name)).append(1, ':').append(member.value.Raw());
    }
    meta_edit.put.push_back('}');
  } else {
    meta_edit.begin = meta_edit.end = id_edit.end;
  }

  // Where both are put in at one place, the id comes first.
  Edit* first = &id_edit;
  Edit* second = &meta_edit;
  if (meta_edit.begin < id_edit.begin) std::swap(first, second);
  kept.text.reserve(text.size());
  kept.text.append(text.substr(0, first->begin));
  *first->place = static_cast<uint32_t>(kept.text.size());
  kept.text.append(first->put).append(text.substr(first->end, second->begin - first->end));
  *second->place = static_cast<uint32_t>(kept.text.size());
  kept.text.append(second->put).append(text.substr(second->end));
  kept.hash = HashBody(root);
  return kept;
}

std::string AssembleBody(std::string_view kept, Splice splice, std::string_view id, uint64_t version,
                         Instant last_updated) {
  std::string id_text;
  if (!splice.has_id) id_text = ",\"id\":";
  id_text.append(1, '"').append(id).append(1, '"');
  std::string meta_text = splice.has_meta ? "{" : ",\"meta\":{";
  meta_text.append("\"versionId\":\"").append(std::to_string(version)).append("\",\"lastUpdated\":\"");
  meta_text.append(FormatInstant(last_updated)).append(1, '"');
  if (!splice.has_meta) meta_text.push_back('}');

  const bool id_first = splice.id_at <= splice.meta_at;
  const size_t first_at = std::min<size_t>(id_first ? splice.id_at : splice.meta_at, kept.size());
  const size_t second_at = std::min<size_t>(id_first ? splice.meta_at : splice.id_at, kept.size());
  std::string out;
  out.reserve(kept.size() + id_text.size() + meta_text.size());
  out.append(kept.substr(0, first_at)).append(id_first ? id_text : meta_text);
  out.append(kept.substr(first_at, second_at - first_at)).append(id_first ? meta_text : id_text);
  out.append(kept.substr(second_at));
  return out;
}

bool IsTypeName(std::string_view type) {
  if (type.empty() || type.size() > 64 || type[0] < 'A' || type[0] > 'Z') return false;
  return std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

bool IsResourceId(std::string_view id) {
  if (id.empty() || id.size() > 64) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

}  // namespace qianxian::store
