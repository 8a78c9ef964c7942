// Words of running text, for looking for them: Latin words and numbers whole; of Chinese, which has no blanks, every two
// characters that stand together and the last one alone (高血压 is 高血 血压 压), so that a word of any length is found as
// some of these in a row. Beside them the initials of the same characters, likewise (gx xy y), so that gxy finds it too.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qianxian::words {

// With blanks between them.
struct TextWords {
  std::string words;
  std::string initials;
};
// Adds one text; nothing that is looked for goes on from one text into the next.
void AppendTextWords(std::string_view text, TextWords& out);

// What is looked for: these words in a row, or these initials.
struct TextTerm {
  std::vector<std::string> words;
  bool open = false;                       // the last word is only the beginning of one
  std::vector<std::string> initials;       // of two to eight letters; else none
};
// "糖尿病", "type 2", "gxy"; "hyper*" and a single character are beginnings. No words: there is nothing to look for.
TextTerm ReadTextTerm(std::string_view text);
bool Holds(const TextTerm& term, const TextWords& text);

}  // namespace qianxian::words
