// Percent coding and query strings as strangers send them.
#include "base/check.h"
#include "http/server.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  const std::string text(reinterpret_cast<const char*>(data), size);
  QX_CHECK(http::PercentDecode(http::PercentEncode(text), false) == text, "percent coding loses something");
  (void)http::ParseQuery(text);
  return 0;
}
