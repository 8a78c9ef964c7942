// What every engine says of a resource that it does not give. What is not the caller's to see is not told from what is not there.
// Pure; any thread.
#pragma once

#include <string_view>

#include "base/result.h"

namespace qianxian::store {

Error NoSuchResource(std::string_view type, std::string_view id);      // not-found "no-such-resource"
Error DeletedResource(std::string_view type, std::string_view id);     // not-found "deleted": HTTP 410
Error ParameterChanged(std::string_view type, std::string_view code); // conflict "parameter-changed": since the query was read
Error CannotCountBy();                                                // unsupported "cannot-count-by"

}  // namespace qianxian::store
