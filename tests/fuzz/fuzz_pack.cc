// Any text as a pack's files.
#include "pack/pack.h"
#include "pack/pathway_cases.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string head = "id: p\ntitle: {zh: 包, en: pack}\nedition: \"1\"\nsources: []\n";
  for (const char* path : {"measures/m.yaml", "pathways/p.yaml", "forms/f.yaml", "actions.yaml", "disease-groups.yaml", "capability/c.csv", "pack.yaml"}) {
    std::map<std::string, std::string> files = {{"pack.yaml", head}};
    files[path] = text;
    (void)qianxian::pack::ParsePack(files).ok();
  }
  (void)qianxian::pack::ParsePathwayCases("cases/pathways/c.yaml", text).ok();
  return 0;
}
