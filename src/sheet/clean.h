// One field of a sheet as it is meant: trimmed, half-width, Excel's wrappings taken off, words for nothing as nothing.
// For sheet's own files. Pure; works in place (it never gets longer).
#pragma once

#include <cstddef>
#include <string_view>

namespace qianxian::sheet {

// Cleans text[0, size) and returns the part of it that is left.
std::string_view CleanField(char* text, size_t size);
// The same without words for nothing and Excel's wrappings: names of columns.
std::string_view CleanName(char* text, size_t size);

}  // namespace qianxian::sheet
