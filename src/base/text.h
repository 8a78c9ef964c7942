// Small text helpers on UTF-8. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qianxian {

bool StartsWith(std::string_view text, std::string_view prefix);
bool EndsWith(std::string_view text, std::string_view suffix);
std::string_view TrimAscii(std::string_view text);
// Trims ASCII white space, the ideographic space U+3000, no-break space and BOM.
std::string_view TrimUnicode(std::string_view text);
std::string ToLowerAscii(std::string_view text);
std::string ToUpperAscii(std::string_view text);
std::vector<std::string_view> Split(std::string_view text, char separator);  // "a,,b" gives three parts; "" gives one
std::string Join(const std::vector<std::string>& parts, std::string_view separator);
std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to);
// Full-width ASCII (U+FF01–U+FF5E) and the ideographic space become ASCII; all else stays.
std::string ToHalfWidth(std::string_view text);
bool IsValidUtf8(std::string_view text);
bool HasControlCharacters(std::string_view text);        // C0, DEL, C1: also line breaks and tabs
// One code point starting at `position`; moves position past it. Invalid bytes give U+FFFD and move by one.
uint32_t NextCodePoint(std::string_view text, size_t& position);
void AppendUtf8(std::string& out, uint32_t code_point);
// A field of CSV as RFC 4180 has it: quoted if it holds a comma, quote, CR or LF. A text that a spreadsheet would run as
// a formula (=, +, -, @ first, and not a number) is led by an apostrophe when `guard_formulas`.
std::string CsvField(std::string_view text, bool guard_formulas = false);
bool ParseInteger(std::string_view text, int64_t& out);  // the whole text, optional sign; no spaces
std::string HexEncode(std::string_view bytes);
// 64-bit FNV-1a, stable for ever (it goes into ids and files).
uint64_t HashFnv1a64(std::string_view text, uint64_t seed = 0xcbf29ce484222325ULL);

}  // namespace qianxian
