// Readings that CLDR's one reading for each character leaves out. Inner part of words.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace qianxian::words {

struct SurnameReading {
  uint32_t character;
  std::string_view syllable;
};

// Other readings of a character, blank between them; "" if there are none.
std::string_view OtherReadings(uint32_t character);
// Surnames of two characters that begin this name, as their characters and their two syllables ("尉迟", "yu chi").
struct LongSurname {
  std::string_view characters;
  std::string_view syllables;
};
const LongSurname* LongSurnameOf(std::string_view name);

}  // namespace qianxian::words
