// Code systems and value sets of anything: what expands is contained, no crash, no hang.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "terminology/terminology.h"

using namespace qianxian;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static terminology::R4Source source;
  static terminology::Terminology terminology(source);
  auto document = json::Document::Parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document.ok()) return 0;
  auto system = terminology::CodeSystem::Read(document->root());
  if (system.ok() && (*system)->size() > 0) (void)(*system)->Descendants(0, true);
  auto set = terminology.Compile(document->root());
  if (!set.ok()) return 0;
  auto expansion = terminology::Expand(**set, {.count = 100});
  if (!expansion.ok()) return 0;
  for (const terminology::ExpandedCode& one : expansion->codes) {
    if ((*set)->Contains(one.component->system, one.code()) == terminology::Membership::kNo) abort();
  }
  return 0;
}
