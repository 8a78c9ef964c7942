// Ids made from the keys of rows, so that the same row always finds the same records (docs/formats/first-page.md).
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace qianxian::intake {

// The first 26 characters of base32-lower (a–z2–7) of SHA-256 of `text`.
std::string ShortHash(std::string_view text);
// An organisation's id: its code, where that is a valid FHIR id, else made from it.
std::string OrganizationId(std::string_view code);
// 18 characters, a possible birth date, and a right check digit (GB 11643-1999). `text` in capitals.
bool IsIdCard(std::string_view text);

}  // namespace qianxian::intake
