#include "words/text.h"

#include <algorithm>

#include "base/text.h"
#include "words/fold.h"
#include "words/pinyin.h"

namespace qianxian::words {
namespace {

constexpr std::string_view kEnd = "\xee\x80\x80";   // U+E000: no text has it, and it is a word to every tokenizer

bool IsWord(uint32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  if (c < 0xC0) return c == 0xB5;                                     // µ
  return c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c <= 0x206F) && !(c >= 0x2190 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) &&
         !(c >= 0xD800 && c <= 0xFAFF) && !(c >= 0xFE00 && c <= 0xFFFF);
}

// A piece of text that is all of one kind.
struct Run {
  bool han = false;
  std::vector<std::string> parts;   // han: the characters; else one word
};

std::vector<Run> RunsOf(std::string_view text) {
  std::vector<Run> runs;
  const std::string folded = Fold(text);
  bool goes_on = false;
  for (size_t position = 0; position < folded.size();) {
    const size_t begin = position;
    const uint32_t c = NextCodePoint(folded, position);
    const bool han = IsHan(c);
    if (!han && !IsWord(c)) {
      goes_on = false;
      continue;
    }
    if (!goes_on || runs.back().han != han) runs.push_back({han, {}});
    goes_on = true;
    if (han || runs.back().parts.empty()) runs.back().parts.emplace_back();
    runs.back().parts.back().append(folded, begin, position - begin);
  }
  return runs;
}

// ab bc c; without the last one where a text that holds it may go on.
void AppendPairs(const std::vector<std::string>& parts, bool whole, std::vector<std::string>& out) {
  for (size_t i = 0; i + 1 < parts.size(); ++i) out.push_back(parts[i] + parts[i + 1]);
  if (whole || parts.size() == 1) out.push_back(parts.back());
}

bool HoldsInARow(std::string_view joined, const std::vector<std::string>& wanted, bool open) {
  if (wanted.empty()) return false;
  const std::vector<std::string_view> text = Split(joined, ' ');
  for (size_t begin = 0; begin + wanted.size() <= text.size(); ++begin) {
    bool holds = true;
    for (size_t i = 0; i < wanted.size() && holds; ++i) {
      const bool is_last = i + 1 == wanted.size();
      holds = is_last && open ? text[begin + i].starts_with(wanted[i]) : text[begin + i] == wanted[i];
    }
    if (holds) return true;
  }
  return false;
}

// Cuts as it reads: this is done to every string that is stored.
class Cutter {
 public:
  explicit Cutter(TextWords& out) : out_(out) {}

  void Read(std::string_view folded) {
    for (size_t position = 0; position < folded.size();) {
      const size_t begin = position;
      const uint32_t c = static_cast<unsigned char>(folded[position]) < 0x80 ? static_cast<unsigned char>(folded[position++]) : NextCodePoint(folded, position);
      const std::string_view character = folded.substr(begin, position - begin);
      if (c >= 0x80 && IsHan(c)) Han(character, c);
      else if (IsWord(c)) Letter(character);
      else End();
    }
    End();
    if (any_) Begin(out_.words).append(kEnd);
  }

 private:
  static std::string& Begin(std::string& text) {
    if (!text.empty()) text += ' ';
    return text;
  }

  void Han(std::string_view character, uint32_t c) {
    const std::string_view reading = ReadingOf(c);
    const char initial = reading.empty() ? '0' : reading[0];
    if (before_.empty()) {
      End();
    } else {
      Begin(out_.words).append(before_).append(character);
      (Begin(out_.initials) += initial_before_) += initial;
    }
    before_ = character;
    initial_before_ = initial;
    any_ = true;
  }

  void Letter(std::string_view character) {
    if (!in_word_) {
      End();
      Begin(out_.words);
    }
    out_.words.append(character);
    in_word_ = any_ = true;
  }

  void End() {
    if (!before_.empty()) {
      Begin(out_.words).append(before_);
      Begin(out_.initials) += initial_before_;
    }
    before_ = {};
    in_word_ = false;
  }

  TextWords& out_;
  std::string_view before_;          // the last Han character, which is not yet written alone
  char initial_before_ = 0;
  bool in_word_ = false;
  bool any_ = false;
};

}  // namespace

void AppendTextWords(std::string_view text, TextWords& out) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  Cutter(out).Read(plain ? ToLowerAscii(text) : Fold(text));
}

TextTerm ReadTextTerm(std::string_view text) {
  TextTerm term;
  const bool star = text.ends_with('*');
  const std::vector<Run> runs = RunsOf(text);
  for (size_t i = 0; i < runs.size(); ++i) {
    const bool is_last = i + 1 == runs.size();
    if (!runs[i].han) {
      term.words.push_back(runs[i].parts[0]);
      if (is_last) term.open = star;
      continue;
    }
    AppendPairs(runs[i].parts, !is_last, term.words);
    if (is_last) term.open = runs[i].parts.size() == 1;
  }
  if (runs.size() != 1 || runs[0].han) return term;
  const std::string& word = runs[0].parts[0];
  const bool letters = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!letters || word.size() < 2 || word.size() > 8) return term;
  std::vector<std::string> parts;
  for (const char c : word) parts.emplace_back(1, c);
  AppendPairs(parts, false, term.initials);
  return term;
}

bool Holds(const TextTerm& term, const TextWords& text) {
  return HoldsInARow(text.words, term.words, term.open) || HoldsInARow(text.initials, term.initials, false);
}

}  // namespace qianxian::words
