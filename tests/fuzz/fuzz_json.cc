// Any bytes: parse or say why not; what parses is written back and read again as the same.
#include "base/check.h"
#include "json/value.h"
#include "json/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  Result<json::Document> document = json::Document::Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document.ok()) return 0;
  Result<json::Document> again = json::Document::Parse(std::string(document->root().Raw()));
  QX_CHECK(again.ok() && json::Equal(document->root(), again->root()), "raw text is not the value");
  return 0;
}
