#include "words/pinyin.h"

#include <algorithm>

#include "base/text.h"
#include "words/fold.h"
#include "words/readings.h"

namespace qianxian::words {
namespace {

#include "generated/pinyin_tables.inc"

constexpr size_t kUnits = 8;          // of a name: characters, or words in letters
constexpr size_t kCombinations = 8;   // of readings

std::string_view SurnameReadingOf(uint32_t character) {
  const auto found = std::lower_bound(std::begin(kSurnames), std::end(kSurnames), character,
                                      [](const SurnameReading& a, uint32_t b) { return a.character < b; });
  return found != std::end(kSurnames) && found->character == character ? found->syllable : std::string_view();
}

// lü is typed lv, lu and lyu.
void AddTyped(std::string_view syllable, std::vector<std::string_view>& out) {
  struct Typed {
    std::string_view syllable;
    std::string_view others[2];
  };
  static constexpr Typed kTyped[] = {
      {"lv", {"lu", "lyu"}}, {"nv", {"nu", "nyu"}}, {"lve", {"lue", "lyue"}}, {"nve", {"nue", "nyue"}}};
  const auto add = [&](std::string_view one) {
    if (!one.empty() && std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
  };
  add(syllable);
  for (const Typed& typed : kTyped) {
    if (typed.syllable != syllable) continue;
    for (const std::string_view other : typed.others) add(other);
  }
}

// One Han character or one word in letters.
struct Unit {
  std::vector<std::string> readings;
  bool in_letters = false;
};

// Letters of the scripts that Fold brings to a to z; others are kept as they are.
bool IsLetter(uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 0x370 && !IsHan(c) && c < 0x2000); }

std::vector<Unit> UnitsOf(std::string_view text, size_t surname_bytes) {
  std::vector<Unit> units;
  const LongSurname* surname = LongSurnameOf(text);
  const std::vector<std::string_view> long_syllables = surname ? Split(surname->syllables, ' ') : std::vector<std::string_view>();
  const bool leads = text.size() > 3 || surname_bytes > 0;
  const std::string folded = Fold(text);
  bool goes_on = false;
  for (size_t position = 0; position < folded.size() && units.size() < kUnits;) {
    const size_t begin = position;
    const uint32_t c = NextCodePoint(folded, position);
    if (IsHan(c)) {
      Unit unit;
      if (units.size() < long_syllables.size()) unit.readings.emplace_back(long_syllables[units.size()]);
      for (const std::string_view reading : ReadingsOf(c, units.empty() && leads)) {
        if (std::find(unit.readings.begin(), unit.readings.end(), reading) == unit.readings.end()) unit.readings.emplace_back(reading);
      }
      goes_on = false;
      if (!unit.readings.empty()) units.push_back(std::move(unit));
    } else if (IsLetter(c)) {
      if (!goes_on) units.push_back({{""}, true});
      units.back().readings[0].append(folded, begin, position - begin);
      goes_on = true;
    } else if (c != '\'' && c != 0x2019) {   // Xi'an is one word
      goes_on = false;
    }
  }
  return units;
}

std::string Joined(const std::vector<std::string>& syllables, size_t begin) {
  std::string out;
  for (size_t i = begin; i < syllables.size(); ++i) out += syllables[i];
  return out;
}

std::string Initials(const std::vector<std::string>& syllables, size_t begin) {
  std::string out;
  for (size_t i = begin; i < syllables.size(); ++i) {
    size_t end = 0;
    NextCodePoint(syllables[i], end);
    out.append(syllables[i], 0, end);
  }
  return out;
}

}  // namespace

bool IsHan(uint32_t c) {
  return (c >= kFirstCharacter && c <= kLastCharacter) || c == 0x3007 || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

std::string_view ReadingOf(uint32_t c) {
  if (c == 0x3007) return "ling";
  if (c < kFirstCharacter || c > kLastCharacter) return {};
  return kSyllables[kReadings[c - kFirstCharacter]];
}

std::vector<std::string_view> ReadingsOf(uint32_t c, bool leads) {
  std::vector<std::string_view> out;
  const std::string_view usual = ReadingOf(c);
  if (usual.empty()) return out;
  const std::string_view surname = SurnameReadingOf(c);
  if (leads) AddTyped(surname, out);
  AddTyped(usual, out);
  AddTyped(surname, out);
  const std::string_view others = OtherReadings(c);
  if (others.empty()) return out;
  for (const std::string_view other : Split(others, ' ')) AddTyped(other, out);
  return out;
}

std::string SoundOf(std::string_view text) {
  std::string out;
  for (const Unit& unit : UnitsOf(text, 0)) out += unit.readings[0];
  return out;
}

std::vector<std::string> NameSounds(std::string_view name, std::string_view family) {
  if (!family.empty() && !name.starts_with(family)) family = {};
  const std::vector<Unit> units = UnitsOf(name, family.size());
  std::vector<std::string> out;
  const auto add = [&](std::string sound) {
    if (!sound.empty() && out.size() < kNameSounds && std::find(out.begin(), out.end(), sound) == out.end()) out.push_back(std::move(sound));
  };
  if (units.empty()) return out;
  const bool in_letters = std::any_of(units.begin(), units.end(), [](const Unit& unit) { return unit.in_letters; });
  size_t surname = 1;
  if (!family.empty()) surname = std::max<size_t>(1, UnitsOf(family, 0).size());
  else if (units.size() > 2 && LongSurnameOf(name)) surname = 2;
  std::vector<size_t> at(units.size(), 0);
  for (size_t combination = 0; combination < kCombinations; ++combination) {
    std::vector<std::string> syllables;
    for (size_t i = 0; i < units.size(); ++i) syllables.push_back(units[i].readings[at[i]]);
    add(Joined(syllables, 0));
    add(Initials(syllables, 0));
    if (in_letters) {
      for (size_t i = 1; i < syllables.size(); ++i) add(Joined(syllables, i));
    } else if (surname < syllables.size()) {
      if (syllables.size() - surname > 1) add(Joined({syllables.begin(), syllables.begin() + static_cast<std::ptrdiff_t>(surname)}, 0) + Initials(syllables, surname));
      add(Joined(syllables, surname));
    }
    size_t i = 0;
    while (i < at.size() && ++at[i] == units[i].readings.size()) at[i++] = 0;
    if (i == at.size()) break;
  }
  return out;
}

}  // namespace qianxian::words
