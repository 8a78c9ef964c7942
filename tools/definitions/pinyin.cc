// The readings of Han characters, as C++ tables for src/words, made from ICU when the program is built: loading ICU's own
// transliterator takes 0.8 s and tens of megabytes, and all of it is these 60 kB.
// Source: CLDR's transforms Han-Latin and Han-Latin-Names (of surnames), as ICU carries them.
//   pinyin OUT
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

namespace {

constexpr UChar32 kFirst = 0x3400, kLast = 0x9FFF;

// zhāng → zhang, lǚ → lv; "" if it is no syllable.
std::string Plain(const icu::UnicodeString& syllable, const icu::Normalizer2& decompose) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString parts = decompose.normalize(syllable, status);
  std::string out;
  for (int32_t i = 0; i < parts.length(); ++i) {
    const UChar c = parts[i];
    if (c == 0x308 && !out.empty() && out.back() == 'u') out.back() = 'v';
    else if (c >= 0x300 && c <= 0x36F) continue;
    else if (c >= 'a' && c <= 'z') out += static_cast<char>(c);
    else return "";
  }
  return U_SUCCESS(status) && out.size() <= 6 ? out : "";
}

std::string Read(const icu::Transliterator& transliterator, UChar32 character, const icu::Normalizer2& decompose) {
  icu::UnicodeString text(character);
  text.append(static_cast<UChar32>(0x4E00));        // a name goes on after its surname
  transliterator.transliterate(text);
  const int32_t blank = text.indexOf(u' ');
  return blank < 0 ? "" : Plain(text.tempSubString(0, blank), decompose);
}

}  // namespace

int main(int count, char** arguments) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> plain(icu::Transliterator::createInstance("Han-Latin", UTRANS_FORWARD, status));
  const std::unique_ptr<icu::Transliterator> names(icu::Transliterator::createInstance("Han-Latin/Names", UTRANS_FORWARD, status));
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(status);
  std::FILE* out = count == 2 ? std::fopen(arguments[1], "w") : nullptr;
  if (U_FAILURE(status) || out == nullptr) {
    std::fprintf(stderr, "pinyin OUT: %s\n", U_FAILURE(status) ? u_errorName(status) : "cannot write");
    return 1;
  }
  std::map<std::string, int> numbers{{"", 0}};
  std::string syllables = "\"\"";
  std::string readings, surnames;
  for (UChar32 c = kFirst; c <= kLast; ++c) {
    const std::string reading = Read(*plain, c, *decompose);
    const auto [found, is_new] = numbers.try_emplace(reading, static_cast<int>(numbers.size()));
    if (is_new) syllables += ",\"" + reading + "\"";
    readings += std::to_string(found->second) + ((c & 31) == 31 ? ",\n" : ",");
    const std::string surname = Read(*names, c, *decompose);
    if (surname != reading && !surname.empty()) surnames += "{" + std::to_string(c) + ",\"" + surname + "\"},\n";
  }
  std::fprintf(out, "constexpr uint32_t kFirstCharacter = %d, kLastCharacter = %d;\n", kFirst, kLast);
  std::fprintf(out, "constexpr std::string_view kSyllables[] = {%s};\n", syllables.c_str());
  std::fprintf(out, "constexpr uint16_t kReadings[] = {\n%s};\n", readings.c_str());
  std::fprintf(out, "constexpr SurnameReading kSurnames[] = {\n%s};\n", surnames.c_str());
  return std::fclose(out) == 0 && numbers.size() > 350 ? 0 : 1;
}
