#include "store/errors.h"

#include <string>

namespace qianxian::store {
namespace {
std::string Named(std::string_view type, std::string_view id) { return std::string(type) + "/" + std::string(id); }
}  // namespace

Error NoSuchResource(std::string_view type, std::string_view id) {
  return NotFound("no-such-resource", "There is no " + Named(type, id) + ", or you may not see it.", "没有 " + Named(type, id) + "，或您无权查看。");
}

Error DeletedResource(std::string_view type, std::string_view id) {
  return NotFound("deleted", Named(type, id) + " was deleted; its history is kept.", Named(type, id) + " 已被删除，历史版本仍在。");
}

Error ParameterChanged(std::string_view type, std::string_view code) {
  const std::string named(code), of(type);
  return MakeError(ErrorCategory::kConflict, "parameter-changed", "Search parameter \"" + named + "\" of " + of + " was changed or removed meanwhile: search again.",
                   of + " 的检索参数“" + named + "”刚被修改或移除，请重新检索。");
}

Error CannotCountBy() {
  return MakeError(ErrorCategory::kUnsupported, "cannot-count-by", "Matches can be counted by a token, a reference, a URI or a date only.", "只能按编码、引用、URI 或日期计数。");
}

}  // namespace qianxian::store
