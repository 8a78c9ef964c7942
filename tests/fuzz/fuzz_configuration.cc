// Any bytes as a configuration file: refused with file and line, or every key has a value in its bounds.
#include "base/check.h"
#include "operate/configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace qianxian;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<operate::Configuration> read = operate::Configuration::Parse(text, "fuzz.toml");
  if (!read.ok()) {
    QX_CHECK(!read.error().en.empty() && !read.error().zh.empty(), "a refusal without words");
    return 0;
  }
  for (const operate::Key& key : operate::Keys()) {
    if (key.type != operate::ValueType::kWhole) continue;
    const int64_t value = read->Whole(key.name);
    QX_CHECK(!read->Given(key.name) || (value >= key.least && value <= key.most), "a number out of its bounds");
  }
  (void)operate::ParseTimeOfDay(text).ok();
  return 0;
}
