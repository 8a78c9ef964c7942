#include "pack/like.h"

#include <yaml-cpp/yaml.h>

#include <set>

#include "base/text.h"

namespace qianxian::pack::internal {
namespace {

constexpr int kLikes = 4;                // like of like of like …

bool HasIds(const YAML::Node& list) {
  if (!list.IsSequence() || list.size() == 0) return false;
  for (const YAML::Node& item : list)
    if (!item.IsMap() || !item["id"] || !item["id"].IsScalar()) return false;
  return true;
}

YAML::Node Laid(const YAML::Node& below, const YAML::Node& over);

YAML::Node LaidByIds(const YAML::Node& below, const YAML::Node& over) {
  YAML::Node out(YAML::NodeType::Sequence);
  std::set<std::string> taken;
  for (const YAML::Node& item : below) {
    const std::string id = item["id"].Scalar();
    YAML::Node found;
    for (const YAML::Node& own : over)
      if (own["id"].Scalar() == id) found.reset(own);
    taken.insert(id);
    out.push_back(found.IsMap() ? Laid(item, found) : YAML::Clone(item));
  }
  for (const YAML::Node& own : over)
    if (!taken.count(own["id"].Scalar())) out.push_back(YAML::Clone(own));
  return out;
}

YAML::Node Laid(const YAML::Node& below, const YAML::Node& over) {
  if (below.IsSequence() && over.IsSequence() && HasIds(below) && HasIds(over)) return LaidByIds(below, over);
  if (!below.IsMap() || !over.IsMap()) return YAML::Clone(over);
  YAML::Node out(YAML::NodeType::Map);
  for (const auto& member : below) {
    const std::string key = member.first.Scalar();
    const YAML::Node own = over[key];
    out[key] = own ? Laid(member.second, own) : YAML::Clone(member.second);
  }
  for (const auto& member : over)
    if (!below[member.first.Scalar()]) out[member.first.Scalar()] = YAML::Clone(member.second);
  return out;
}

class Expander {
 public:
  Expander(const std::map<std::string, std::string>& files, Faults& faults) : files_(files), faults_(faults) {}

  void Expand(const std::string& path, std::map<std::string, std::string>& out) {
    const YAML::Node node = Read(path);
    if (!node.IsMap()) return;             // the file's own parser says what is wrong
    if (node["abstract"] && node["abstract"].IsScalar() && node["abstract"].Scalar() == "true") {
      out.erase(path);
      return;
    }
    if (!node["like"]) return;
    YAML::Node whole = Whole(path, 0);
    if (!whole.IsMap()) return;
    whole.remove("like");
    whole.remove("abstract");
    YAML::Emitter emitter;
    emitter << whole;
    out[path] = std::string(emitter.c_str()) + "\n";
  }

 private:
  YAML::Node Read(const std::string& path) const {
    const auto found = files_.find(path);
    try {
      if (found != files_.end()) return YAML::Load(found->second);
    } catch (const YAML::Exception&) {
    }
    return YAML::Node();
  }

  YAML::Node Whole(const std::string& path, int depth) {
    const YAML::Node node = Read(path);
    if (!node.IsMap() || !node["like"]) return node;
    const YAML::Node like = node["like"];
    const int line = like.Mark().line + 1;
    const std::string other = like.IsScalar() ? path.substr(0, path.find('/') + 1) + like.Scalar() + ".yaml" : "";
    if (depth >= kLikes) {
      faults_.Add(path, line, "“like”层数过多或成环", "'like' goes in a circle or too deep");
      return YAML::Node();
    }
    if (!files_.count(other)) {
      faults_.Add(path, line, "“like”所指的文件不存在：" + other, "There is no file that 'like' names: " + other);
      return YAML::Node();
    }
    const YAML::Node below = Whole(other, depth + 1);
    return below.IsMap() ? Laid(below, node) : YAML::Node();
  }

  const std::map<std::string, std::string>& files_;
  Faults& faults_;
};

}  // namespace

std::map<std::string, std::string> ExpandLikes(const std::map<std::string, std::string>& files, Faults& faults) {
  std::map<std::string, std::string> out = files;
  Expander expander(files, faults);
  for (const auto& [path, content] : files) {
    const bool concerned = (StartsWith(path, "pathways/") || StartsWith(path, "forms/")) && EndsWith(path, ".yaml") &&
                           (content.find("like:") != std::string::npos || content.find("abstract:") != std::string::npos);
    if (concerned) expander.Expand(path, out);
  }
  return out;
}

}  // namespace qianxian::pack::internal
