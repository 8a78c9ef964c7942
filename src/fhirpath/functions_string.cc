// Functions on strings; positions and lengths count characters (code points). Source: https://hl7.org/fhirpath/N1/#string-manipulation
#include <re2/re2.h>

#include "base/text.h"
#include "fhirpath/evaluator.h"
#include "json/writer.h"

namespace qianxian::fhirpath {
namespace {

// Byte position of the n-th character; the size of the text if there are fewer.
size_t BytePosition(std::string_view text, int64_t characters) {
  size_t position = 0;
  while (characters-- > 0 && position < text.size()) NextCodePoint(text, position);
  return position;
}

int64_t CharacterCount(std::string_view text) {
  int64_t count = 0;
  for (size_t position = 0; position < text.size(); ++count) NextCodePoint(text, position);
  return count;
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string EncodeBase64(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t block = 0;
    size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) block = block << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= count ? alphabet[block >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::optional<std::string> DecodeBase64(std::string_view text, std::string_view alphabet) {
  std::string out;
  uint32_t block = 0;
  int bits = 0;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  for (char c : text) {
    size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    block = block << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(block >> bits & 0xFF);
  }
  return IsValidUtf8(out) ? std::optional<std::string>(out) : std::nullopt;
}

std::optional<std::string> DecodeHex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (size_t i = 0; i < text.size(); i += 2) {
    int byte = 0;
    for (size_t k = 0; k < 2; ++k) {
      size_t digit = std::string_view("0123456789abcdef").find(static_cast<char>(text[i + k] | 0x20));
      if (digit == std::string_view::npos) return std::nullopt;
      byte = byte * 16 + static_cast<int>(digit);
    }
    out += static_cast<char>(byte);
  }
  return IsValidUtf8(out) ? std::optional<std::string>(out) : std::nullopt;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&#39;";
    else out += c;
  }
  return out;
}

std::string UnescapeHtml(std::string_view text) {
  std::string out = ReplaceAll(text, "&lt;", "<");
  out = ReplaceAll(out, "&gt;", ">");
  out = ReplaceAll(out, "&quot;", "\"");
  out = ReplaceAll(out, "&#39;", "'");
  return ReplaceAll(out, "&amp;", "&");
}

std::string EscapeJson(std::string_view text) {
  std::string quoted = json::Quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

std::optional<std::string> UnescapeJson(std::string_view text) {
  auto document = json::Document::Parse("[\"" + std::string(text) + "\"]");
  if (!document.ok() || document->root().size() != 1) return std::nullopt;
  return std::string(document->root().At(0).AsString());
}

}  // namespace

// The text of the input, or out of the function where there is none.
#define QX_INPUT_TEXT(name)                                  \
  QX_TRY(auto name##_given, SingleString(call.node, call.input)); \
  if (!name##_given) return Ok();                            \
  std::string_view name = *name##_given
#define QX_ARGUMENT_TEXT(name, index)                        \
  QX_TRY(auto name##_given, StringArgument(call, index));    \
  if (!name##_given) return Ok();                            \
  std::string_view name = *name##_given

Status EvaluatorState::IndexOf(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(part, 0);
  size_t at = text.find(part);
  out.push_back(Item::Integer(at == std::string_view::npos ? -1 : CharacterCount(text.substr(0, at))));
  return Ok();
}

Status EvaluatorState::LastIndexOf(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(part, 0);
  size_t at = text.rfind(part);
  out.push_back(Item::Integer(at == std::string_view::npos ? -1 : CharacterCount(text.substr(0, at))));
  return Ok();
}

Status EvaluatorState::Substring(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_TRY(auto start, IntegerArgument(call, 0));
  if (!start || *start < 0 || *start >= CharacterCount(text)) return Ok();
  std::string_view rest = text.substr(BytePosition(text, *start));
  if (call.node.parts.size() > 1) {
    QX_TRY(auto length, IntegerArgument(call, 1));
    if (length) rest = rest.substr(0, BytePosition(rest, *length));
  }
  out.push_back(Item::String(rest));
  return Ok();
}

Status EvaluatorState::StartsWith(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(part, 0);
  out.push_back(Item::Boolean(text.starts_with(part)));
  return Ok();
}

Status EvaluatorState::EndsWith(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(part, 0);
  out.push_back(Item::Boolean(text.ends_with(part)));
  return Ok();
}

Status EvaluatorState::Contains(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(part, 0);
  out.push_back(Item::Boolean(text.find(part) != std::string_view::npos));
  return Ok();
}

Status EvaluatorState::Upper(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  out.push_back(arena_.String(ToUpperAscii(text)));
  return Ok();
}

Status EvaluatorState::Lower(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  out.push_back(arena_.String(ToLowerAscii(text)));
  return Ok();
}

Status EvaluatorState::Replace(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(pattern, 0);
  QX_ARGUMENT_TEXT(substitution, 1);
  if (!pattern.empty()) {
    out.push_back(arena_.String(ReplaceAll(text, pattern, substitution)));
    return Ok();
  }
  std::string spread(substitution);   // an empty pattern surrounds every character
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    NextCodePoint(text, position);
    spread.append(text.substr(begin, position - begin)).append(substitution);
  }
  out.push_back(arena_.String(std::move(spread)));
  return Ok();
}

Result<const re2::RE2*> EvaluatorState::Regex(const Node& node, std::string_view pattern, bool whole) {
  std::string text = whole ? "^(?:" + std::string(pattern) + ")$" : std::string(pattern);
  auto& made = regexes_[text];
  if (made == nullptr) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(true);
    options.set_max_mem(1 << 20);
    made = std::make_unique<re2::RE2>(text, options);
  }
  if (!made->ok()) {
    return Bad(node, "not a regular expression: " + made->error(), "正则表达式有误：" + made->error());
  }
  return const_cast<const re2::RE2*>(made.get());
}

Status EvaluatorState::Matches(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(pattern, 0);
  QX_TRY(auto regex, Regex(call.node, pattern, false));
  out.push_back(Item::Boolean(re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex)));
  return Ok();
}

Status EvaluatorState::MatchesFull(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(pattern, 0);
  QX_TRY(auto regex, Regex(call.node, pattern, true));
  out.push_back(Item::Boolean(re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex)));
  return Ok();
}

Status EvaluatorState::ReplaceMatches(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(pattern, 0);
  QX_ARGUMENT_TEXT(substitution, 1);
  if (pattern.empty()) {
    out.push_back(Item::String(text));
    return Ok();
  }
  QX_TRY(auto regex, Regex(call.node, pattern, false));
  std::string rewrite;   // $1 and ${name} as RE2 writes them
  for (size_t i = 0; i < substitution.size(); ++i) {
    char c = substitution[i];
    if (c == '\\') {
      rewrite += "\\\\";
    } else if (c == '$' && i + 1 < substitution.size() && substitution[i + 1] >= '0' && substitution[i + 1] <= '9') {
      rewrite += '\\';
    } else if (c == '$' && substitution.substr(i, 2) == "${" && substitution.find('}', i) != std::string_view::npos) {
      size_t end = substitution.find('}', i);
      auto group = regex->NamedCapturingGroups().find(std::string(substitution.substr(i + 2, end - i - 2)));
      if (group == regex->NamedCapturingGroups().end() || group->second > 9) {
        return Bad(call.node, "no such group in the regular expression", "正则表达式中没有此分组");
      }
      rewrite += "\\" + std::to_string(group->second);
      i = end;
    } else {
      rewrite += c;
    }
  }
  std::string problem;
  if (!regex->CheckRewriteString(rewrite, &problem)) {
    return Bad(call.node, "bad substitution: " + problem, "替换文本有误：" + problem);
  }
  std::string replaced(text);
  re2::RE2::GlobalReplace(&replaced, *regex, rewrite);
  out.push_back(arena_.String(std::move(replaced)));
  return Ok();
}

Status EvaluatorState::Length(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  out.push_back(Item::Integer(CharacterCount(text)));
  return Ok();
}

Status EvaluatorState::ToChars(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    NextCodePoint(text, position);
    out.push_back(Item::String(text.substr(begin, position - begin)));
  }
  return Ok();
}

Status EvaluatorState::Trim(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  out.push_back(Item::String(TrimAscii(text)));
  return Ok();
}

Status EvaluatorState::Split(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(separator, 0);
  if (separator.empty()) return ToChars(call, out);
  while (true) {
    size_t at = text.find(separator);
    out.push_back(Item::String(text.substr(0, at)));
    if (at == std::string_view::npos) return Ok();
    text.remove_prefix(at + separator.size());
  }
}

Status EvaluatorState::Join(const Call& call, Collection& out) {
  std::string_view separator;
  if (!call.node.parts.empty()) {
    QX_TRY(auto given, StringArgument(call, 0));
    separator = given.value_or("");
  }
  if (call.input.empty() && !environment_.join_of_nothing_is_text) return Ok();
  std::string joined;
  bool first = true;
  for (const Item& item : call.input) {
    auto text = ToSystem(item, arena_);
    if (!text) continue;
    if (text->kind != ItemKind::kString) return Bad(call.node, "join() needs strings", "join() 需要字符串");
    if (!first) joined += separator;
    joined += text->text;
    first = false;
  }
  out.push_back(arena_.String(std::move(joined)));
  return Ok();
}

Status EvaluatorState::Encode(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(format, 0);
  if (format == "hex") out.push_back(arena_.String(HexEncode(text)));
  else if (format == "base64") out.push_back(arena_.String(EncodeBase64(text, kBase64)));
  else if (format == "urlbase64") out.push_back(arena_.String(EncodeBase64(text, kBase64Url)));
  return Ok();
}

Status EvaluatorState::Decode(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(format, 0);
  std::optional<std::string> decoded;
  if (format == "hex") decoded = DecodeHex(text);
  else if (format == "base64") decoded = DecodeBase64(text, kBase64);
  else if (format == "urlbase64") decoded = DecodeBase64(text, kBase64Url);
  if (decoded) out.push_back(arena_.String(std::move(*decoded)));
  return Ok();
}

Status EvaluatorState::Escape(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(target, 0);
  if (target == "html") out.push_back(arena_.String(EscapeHtml(text)));
  else if (target == "json") out.push_back(arena_.String(EscapeJson(text)));
  return Ok();
}

Status EvaluatorState::Unescape(const Call& call, Collection& out) {
  QX_INPUT_TEXT(text);
  QX_ARGUMENT_TEXT(target, 0);
  std::optional<std::string> plain;
  if (target == "html") plain = UnescapeHtml(text);
  else if (target == "json") plain = UnescapeJson(text);
  if (plain) out.push_back(arena_.String(std::move(*plain)));
  return Ok();
}

}  // namespace qianxian::fhirpath
