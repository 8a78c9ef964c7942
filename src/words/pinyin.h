// Pinyin: how Han characters sound, and under what letters people type a Chinese name: 张伟 is zhangwei and zw, 单田芳 is
// shantianfang (and dan…), 吕布 is lvbu (and lubu, lyubu). Syllables are plain letters without tones, ü is v.
// Pure; any thread. Sources: CLDR's Han-Latin and Han-Latin-Names (tools/definitions/pinyin.cc); what they lack is in
// readings.cc, with its source.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qianxian::words {

bool IsHan(uint32_t code_point);                        // characters that Chinese is written with
// The usual reading; "" if it has none here.
std::string_view ReadingOf(uint32_t code_point);
// Every reading that people type, the usual one first; `leads`: the one as a surname first.
std::vector<std::string_view> ReadingsOf(uint32_t code_point, bool leads);

// The letters of a text when it is read aloud, nothing between them: "章 伟" zhangwei, "Xi'an" xian, "Müller" muller. The
// first of several characters is read as a surname. "" if there is nothing to read.
std::string SoundOf(std::string_view text);

// What a person's name is found by, as beginnings: the whole name, its initials, the surname with the initials of the
// rest, what follows the surname; every part of a name in letters. `family`: the surname if it is known to be apart.
// At most kNameSounds, the usual readings first.
inline constexpr size_t kNameSounds = 24;
std::vector<std::string> NameSounds(std::string_view name, std::string_view family = {});

}  // namespace qianxian::words
