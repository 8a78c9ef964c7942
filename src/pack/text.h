// Words that every part of a pack uses: a text in both languages, and where a fact comes from. Plain values.
#pragma once

#include <string>

namespace qianxian::pack {

struct Text {
  std::string zh;
  std::string en;
};

// How sure we are: "official" (the official text was read), "read" (a secondary source was read), "K" (knowledge, to be
// checked), "K-low". Shown to the user beside the fact; never passed off as official.
struct Source {
  Text title;
  std::string reference;                   // document number, section, address
  std::string mark;
};

}  // namespace qianxian::pack
