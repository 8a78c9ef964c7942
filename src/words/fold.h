// How texts are compared: lower case, without accents, full width as half width, white space as one blank, trimmed. Han
// characters stay as they are. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace qianxian::words {

std::string Fold(std::string_view text);

}  // namespace qianxian::words
