// Reading ahead: order, faults, the bound, and that nobody hangs who does not take everything.
#include "intake/fhir_ahead.h"

#include "base/limits.h"
#include "bytes/compress.h"
#include "intake/import_test_tools.h"

namespace qianxian::intake {
namespace {

class FhirAheadTest : public ImportTest {
 protected:
  InputFile File(const std::string& name, const std::string& text) { return {0, Write(name, text), name}; }
};

TEST_F(FhirAheadTest, GivesWholeFilesInOrderAndLeavesOutLineFiles) {
  std::vector<InputFile> files;
  for (int i = 0; i < 40; ++i) {
    files.push_back(File(std::to_string(i) + ".json", "text " + std::to_string(i)));
    files.push_back(File(std::to_string(i) + ".ndjson", "not this"));
  }
  FhirAhead ahead(files);
  for (int i = 0; i < 40; ++i) {
    const FhirAhead::Text text = ahead.Take();
    ASSERT_TRUE(text.opened.ok());
    EXPECT_EQ(text.whole.value(), "text " + std::to_string(i));
  }
}

TEST_F(FhirAheadTest, SaysWhichFileCannotBeReadAndGoesOn) {
  FhirAhead ahead({File("a.json", "a"), {0, "/nowhere/b.json", "b.json"}, File("c.json.gz", "\x1f\x8b\x08this is not packed"), File("d.json", "d")});
  EXPECT_EQ(ahead.Take().whole.value(), "a");
  EXPECT_FALSE(ahead.Take().opened.ok());
  const FhirAhead::Text broken = ahead.Take();
  EXPECT_FALSE(broken.opened.ok() && broken.whole.ok());
  EXPECT_EQ(ahead.Take().whole.value(), "d");
}

TEST_F(FhirAheadTest, HoldsNoMoreThanItsBoundAndOneFile) {
  constexpr size_t kFile = 50'000;
  constexpr size_t kBound = 120'000;
  std::vector<InputFile> files;
  for (int i = 0; i < 30; ++i) files.push_back(File(std::to_string(i) + ".json", std::string(kFile, 'x')));
  FhirAhead ahead(files, kBound);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(ahead.Take().whole->size(), kFile);
  EXPECT_GE(ahead.peak_bytes(), kFile);
  EXPECT_LE(ahead.peak_bytes(), kBound + kFile + 1);
  static_assert(limits::kFhirAheadBytes + limits::kJsonBytes <= size_t{100} << 20, "an import stays below 500 MB");
}

TEST_F(FhirAheadTest, EndsWhenNobodyTakesTheRest) {
  std::vector<InputFile> files;
  for (int i = 0; i < 30; ++i) files.push_back(File(std::to_string(i) + ".json", std::string(1'000, 'x')));
  FhirAhead ahead(files, 2'000);
  EXPECT_EQ(ahead.Take().whole->size(), 1'000u);
}

}  // namespace
}  // namespace qianxian::intake
