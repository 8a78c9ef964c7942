#include <algorithm>
#include <array>

#include "base/limits.h"
#include "base/text.h"
#include "json/scan.h"
#include "json/storage.h"

namespace qianxian::json::internal {
namespace {

// Above this many members, names are compared by sorting at the end of the object instead of one by one: an object of
// a million members must not take a million squared.
constexpr uint32_t kManyMembers = 32;
constexpr size_t kBytesANode = 8;  // what dense FHIR takes; only for the first reservation

struct Problem {
  const char* at = nullptr;
  const char* code = "bad-json";
  const char* en = "";
  const char* zh = "";
};

struct Frame {
  uint32_t node = 0;   // the container's
  uint32_t count = 0;  // elements or members so far
  uint64_t names = 0;  // a bit for each hash of a member name seen
  bool object = false;
};

class Parser {
 public:
  explicit Parser(Storage& storage)
      : storage_(storage),
        begin_(storage.text.data()),
        at_(begin_),
        end_(begin_ + storage.text.size()) {}

  bool Run();
  const Problem& problem() const { return problem_; }

 private:
  bool Fail(const char* at, const char* en, const char* zh, const char* code = "bad-json") {
    problem_ = {at, code, en, zh};
    return false;
  }
  // std::string ends with a NUL, which no token begins with: *at_ may always be looked at.
  void SkipBlanks() { at_ = SkipSpace(at_, end_); }
  uint32_t Offset(const char* at) const { return static_cast<uint32_t>(at - begin_); }

  bool ParseValue(bool& opened);
  bool Open(bool object, bool& opened);
  void Close();
  bool AfterValue(bool& finished);
  bool ParseName();
  bool CheckNewName(const Node& name);
  bool CheckManyNames(const Frame& frame);
  bool ParseString();
  bool Unescape(const char* from, std::string& out);
  bool UnescapeUnicode(const char*& at, std::string& out);
  bool ParseNumber();
  bool ParseWord(std::string_view word, Kind kind);

  Storage& storage_;
  const char* begin_;
  const char* at_;
  const char* end_;
  std::array<Frame, limits::kJsonDepth> frames_;
  size_t depth_ = 0;
  Problem problem_;
};

bool Parser::Run() {
  if (StartsWith(storage_.text, "\xef\xbb\xbf")) at_ += 3;  // RFC 8259 §8.1: a reader may ignore it, and people's files have it
  SkipBlanks();
  bool finished = false;
  while (!finished) {
    bool opened = false;
    if (!ParseValue(opened)) return false;
    if (!opened && !AfterValue(finished)) return false;
  }
  SkipBlanks();
  if (at_ != end_) return Fail(at_, "something follows the end of the document", "文档结束后还有内容");
  return true;
}

// One scalar, an empty container, or the opening of one with something inside (`opened`).
bool Parser::ParseValue(bool& opened) {
  switch (*at_) {
    case '"': return ParseString();
    case '{': return Open(true, opened);
    case '[': return Open(false, opened);
    case 't': return ParseWord("true", Kind::kBoolean);
    case 'f': return ParseWord("false", Kind::kBoolean);
    case 'n': return ParseWord("null", Kind::kNull);
    default: return ParseNumber();
  }
}

bool Parser::Open(bool object, bool& opened) {
  if (depth_ == frames_.size()) return Fail(at_, "too many levels of nesting", "嵌套层数过多", "too-deep");
  uint32_t index = static_cast<uint32_t>(storage_.nodes.size());
  storage_.nodes.push_back({Offset(at_), 0, 0, Node::Pack(object ? Kind::kObject : Kind::kArray, false, 1)});
  frames_[depth_++] = Frame{index, 0, 0, object};
  ++at_;
  SkipBlanks();
  if (*at_ == (object ? '}' : ']')) {
    Close();
    return true;
  }
  opened = true;
  return !object || ParseName();
}

void Parser::Close() {
  const Frame& frame = frames_[--depth_];
  ++at_;
  Node& node = storage_.nodes[frame.node];
  node.end = Offset(at_);
  node.extra = frame.count;
  node.packed = Node::Pack(node.kind(), false, static_cast<uint32_t>(storage_.nodes.size()) - frame.node);
}

// After a value: a comma, or the end of its container, of that one's container, and so on.
bool Parser::AfterValue(bool& finished) {
  while (depth_ > 0) {
    Frame& frame = frames_[depth_ - 1];
    ++frame.count;
    SkipBlanks();
    if (*at_ == ',') {
      ++at_;
      SkipBlanks();
      return !frame.object || ParseName();
    }
    if (*at_ != (frame.object ? '}' : ']')) {
      return frame.object ? Fail(at_, "a comma or } should be here", "此处应为逗号或“}”")
                          : Fail(at_, "a comma or ] should be here", "此处应为逗号或“]”");
    }
    if (frame.object && frame.count > kManyMembers && !CheckManyNames(frame)) return false;
    Close();
  }
  finished = true;
  return true;
}

bool Parser::ParseName() {
  if (*at_ != '"') return Fail(at_, "a member name in quotes should be here", "此处应为带引号的成员名");
  if (!ParseString()) return false;
  if (!CheckNewName(storage_.nodes.back())) return false;
  SkipBlanks();
  if (*at_ != ':') return Fail(at_, "a colon should be here", "此处应为冒号");
  ++at_;
  SkipBlanks();
  return true;
}

bool Parser::CheckNewName(const Node& name) {
  Frame& frame = frames_[depth_ - 1];
  if (frame.count >= kManyMembers) return true;
  std::string_view text = storage_.StringOf(name);
  unsigned hash = static_cast<unsigned>(text.size());
  if (!text.empty()) {
    hash += static_cast<unsigned char>(text.front()) * 5U + static_cast<unsigned char>(text.back()) * 11U +
            static_cast<unsigned char>(text[text.size() / 2]) * 23U;
  }
  uint64_t bit = uint64_t{1} << (hash & 63);
  if ((frame.names & bit) != 0) {
    const Node* earlier = &storage_.nodes[frame.node] + 1;
    for (uint32_t i = 0; i < frame.count; ++i) {
      if (storage_.StringOf(*earlier) == text) {
        return Fail(begin_ + name.begin, "this member name was here before", "成员名重复");
      }
      ++earlier;
      earlier += earlier->span();
    }
  }
  frame.names |= bit;
  return true;
}

bool Parser::CheckManyNames(const Frame& frame) {
  std::vector<std::pair<std::string_view, uint32_t>> names;
  names.reserve(frame.count);
  const Node* node = &storage_.nodes[frame.node] + 1;
  for (uint32_t i = 0; i < frame.count; ++i) {
    names.emplace_back(storage_.StringOf(*node), node->begin);
    ++node;
    node += node->span();
  }
  std::sort(names.begin(), names.end());
  auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  auto twice = std::adjacent_find(names.begin(), names.end(), same);
  if (twice == names.end()) return true;
  return Fail(begin_ + (twice + 1)->second, "this member name was here before", "成员名重复");
}

bool Parser::ParseString() {
  const char* opening = at_;
  const char* stop = SkipPlain(opening + 1, end_);
  Node node{Offset(opening), 0, 0, 0};
  bool escaped = *stop == '\\';
  if (escaped) {
    const char* from = opening + 1;
    node.extra = static_cast<uint32_t>(storage_.arena.size());
    storage_.arena.append(sizeof(uint32_t), '\0');
    if (!Unescape(from, storage_.arena)) return false;
    stop = at_;
    uint32_t length = static_cast<uint32_t>(storage_.arena.size() - node.extra - sizeof(uint32_t));
    std::memcpy(storage_.arena.data() + node.extra, &length, sizeof length);
  } else if (*stop != '"') {
    if (stop == end_) return Fail(opening, "this string has no end", "字符串没有结束");
    return Fail(stop, "a control character inside a string must be escaped", "字符串中的控制字符必须转义");
  }
  at_ = stop + 1;
  node.end = Offset(at_);
  node.packed = Node::Pack(Kind::kString, escaped, 1);
  storage_.nodes.push_back(node);
  return true;
}

// From after the opening quote; leaves at_ on the closing one.
bool Parser::Unescape(const char* from, std::string& out) {
  const char* opening = from - 1;
  while (true) {
    const char* stop = SkipPlain(from, end_);
    out.append(from, stop);
    if (*stop == '"') {
      at_ = stop;
      return true;
    }
    if (stop == end_) return Fail(opening, "this string has no end", "字符串没有结束");
    if (*stop != '\\') {
      return Fail(stop, "a control character inside a string must be escaped", "字符串中的控制字符必须转义");
    }
    from = stop + 2;
    switch (stop[1]) {  // at worst the NUL at the end
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case '/': out += '/'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u':
        if (!UnescapeUnicode(from, out)) return Fail(stop, "a broken \\u escape", "\\u 转义不正确");
        break;
      default: return Fail(stop, "an unknown escape", "未知的转义");
    }
  }
}

// Four hexadecimal digits; -1 if they are not.
int32_t HexQuad(const char* at, const char* end) {
  if (end - at < 4) return -1;
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    char c = at[i];
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool Parser::UnescapeUnicode(const char*& at, std::string& out) {
  int32_t unit = HexQuad(at, end_);
  if (unit < 0) return false;
  at += 4;
  if (unit >= 0xdc00 && unit <= 0xdfff) return false;  // the second half of a pair, alone
  if (unit >= 0xd800 && unit <= 0xdbff) {
    if (end_ - at < 6 || at[0] != '\\' || at[1] != 'u') return false;
    int32_t second = HexQuad(at + 2, end_);
    if (second < 0xdc00 || second > 0xdfff) return false;
    at += 6;
    unit = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
  }
  AppendUtf8(out, static_cast<uint32_t>(unit));
  return true;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool Parser::ParseNumber() {
  const char* from = at_;
  const char* at = at_;
  if (*at == '-') ++at;
  if (!IsDigit(*at)) return Fail(from, "a value should be here", "此处应为一个值");
  if (*at == '0') {
    ++at;
    if (IsDigit(*at)) return Fail(from, "a number may not begin with 0", "数字不能以0开头");
  } else {
    while (IsDigit(*at)) ++at;
  }
  if (*at == '.') {
    ++at;
    if (!IsDigit(*at)) return Fail(from, "a number needs a digit after the point", "小数点后应有数字");
    while (IsDigit(*at)) ++at;
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    if (*at == '+' || *at == '-') ++at;
    if (!IsDigit(*at)) return Fail(from, "a number needs a digit after its e", "指数后应有数字");
    while (IsDigit(*at)) ++at;
  }
  at_ = at;
  storage_.nodes.push_back({Offset(from), Offset(at), 0, Node::Pack(Kind::kNumber, false, 1)});
  return true;
}

bool Parser::ParseWord(std::string_view word, Kind kind) {
  if (std::string_view(at_, static_cast<size_t>(end_ - at_)).substr(0, word.size()) != word) {
    return Fail(at_, "a value should be here", "此处应为一个值");
  }
  uint32_t from = Offset(at_);
  at_ += word.size();
  storage_.nodes.push_back({from, Offset(at_), 0, Node::Pack(kind, false, 1)});
  return true;
}

Error AtPlace(const Storage& storage, size_t offset, std::string code, const std::string& en, const std::string& zh) {
  std::string_view before = std::string_view(storage.text).substr(0, offset);
  size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  size_t column = 1;  // in characters, as an editor counts
  for (size_t position = start; position < offset; ++column) NextCodePoint(before, position);
  return Invalid(std::move(code), "line " + std::to_string(line) + " column " + std::to_string(column) + ": " + en,
                 "第" + std::to_string(line) + "行第" + std::to_string(column) + "列：" + zh);
}

size_t FirstBadByte(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    size_t before = position;
    if (NextCodePoint(text, position) == 0xfffd && position - before == 1) return before;
  }
  return text.size();
}

}  // namespace

Status ParseInto(Storage& storage) {
  if (storage.text.size() > limits::kJsonBytes) {
    return Invalid("too-large", "the document is larger than " + std::to_string(limits::kJsonBytes) + " bytes",
                   "文档超过 " + std::to_string(limits::kJsonBytes) + " 字节");
  }
  if (!IsUtf8(storage.text)) {
    return AtPlace(storage, FirstBadByte(storage.text), "bad-json", "this is not UTF-8", "此处不是UTF-8编码");
  }
  storage.nodes.reserve(storage.text.size() / kBytesANode + 8);
  Parser parser(storage);
  if (parser.Run()) return Ok();
  const Problem& problem = parser.problem();
  return AtPlace(storage, static_cast<size_t>(problem.at - storage.text.data()), problem.code, problem.en, problem.zh);
}

}  // namespace qianxian::json::internal
