#include "pack/yaml.h"

#include <yaml-cpp/yaml.h>

#include "base/text.h"

namespace qianxian::pack::internal {
namespace {

constexpr int kDepth = 32;

bool Convert(const YAML::Node& in, int depth, YamlNode& out, YamlFault& fault);

bool Fail(YamlFault& fault, int line, std::string zh, std::string en) {
  fault = {line, std::move(zh), std::move(en)};
  return false;
}

bool ConvertMap(const YAML::Node& in, int depth, YamlNode& out, YamlFault& fault) {
  out.kind = YamlNode::Kind::kMap;
  for (const auto& member : in) {
    const int line = member.first.Mark().line + 1;
    if (!member.first.IsScalar())
      return Fail(fault, line, "键必须是文字", "A key must be a text");
    const std::string& key = member.first.Scalar();
    if (out.Find(key)) return Fail(fault, line, "键“" + key + "”出现两次", "The key '" + key + "' stands twice");
    YamlNode value;
    if (!Convert(member.second, depth + 1, value, fault)) return false;
    if (value.line == 0) value.line = line;
    out.members.push_back({key, std::move(value)});
  }
  return true;
}

bool Convert(const YAML::Node& in, int depth, YamlNode& out, YamlFault& fault) {
  out.line = in.Mark().line < 0 ? 0 : in.Mark().line + 1;
  if (depth > kDepth) return Fail(fault, out.line, "嵌套过深", "Nested too deeply");
  switch (in.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      out.kind = YamlNode::Kind::kNull;
      return true;
    case YAML::NodeType::Scalar:
      out.kind = YamlNode::Kind::kScalar;
      out.text = in.Scalar();
      return true;
    case YAML::NodeType::Sequence:
      out.kind = YamlNode::Kind::kSequence;
      for (const auto& item : in) {
        out.items.emplace_back();
        if (!Convert(item, depth + 1, out.items.back(), fault)) return false;
      }
      return true;
    case YAML::NodeType::Map:
      return ConvertMap(in, depth, out, fault);
  }
  return Fail(fault, out.line, "无法识别的内容", "Something that is no YAML value");
}

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const auto& [name, value] : members)
    if (name == key) return &value;
  return nullptr;
}

// The line of a second document's "---", or 0. (YAML::LoadAll would tell, but it never ends on a text such as ",".)
static int SecondDocument(std::string_view content) {
  bool begun = false;
  int line = 0;
  for (std::string_view text : Split(content, '\n')) {
    ++line;
    const std::string_view trimmed = TrimAscii(text);
    if (begun && StartsWith(text, "---")) return line;
    if (!trimmed.empty() && trimmed[0] != '#' && trimmed[0] != '%') begun = true;
  }
  return 0;
}

bool ParseYaml(const std::string& content, YamlNode& out, YamlFault& fault) {
  try {
    if (const int line = SecondDocument(content); line > 0)
      return Fail(fault, line, "一个文件只能有一个 YAML 文档", "A file holds one YAML document only");
    const YAML::Node document = YAML::Load(content);
    if (document.IsNull()) return Fail(fault, 1, "文件是空的", "The file is empty");
    return Convert(document, 0, out, fault);
  } catch (const YAML::Exception& e) {
    return Fail(fault, e.mark.line + 1, "不是正确的 YAML：" + e.msg, "Not YAML: " + e.msg);
  } catch (const std::exception& e) {
    return Fail(fault, 1, std::string("不能读取：") + e.what(), std::string("Cannot be read: ") + e.what());
  }
}

}  // namespace qianxian::pack::internal
